import { describe, expect, it } from 'vitest';
import { EventWriter } from '../formats/events/events.ts';
import { Random } from '../random.ts';
import { augmentEvents } from './augment-events.ts';

const size = { width: 20, height: 10 };
const writer = new EventWriter();
for (let i = 0; i < 1000; i++) writer.push(10 * i, 5 + (i % 8), 3 + (i % 4), i % 3 === 0 ? 1 : 0);
const events = writer.take();

describe('augmentEvents', () => {
  it('leaves events as they are where nothing is wanted', () => {
    expect(augmentEvents(events, size, {}, new Random(1))).toEqual(events);
  });

  it('mirrors, exchanges polarities and shifts all events alike', () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const { t, x, y, p } = augmentEvents(
        events,
        size,
        { flip: true, flipPolarity: true, shift: 2 },
        new Random(seed),
      );
      expect(t).toEqual(events.t);
      const mirrored = x[1]! < x[0]!;
      const place = (column: number) => (mirrored ? 19 - column : column);
      const [dx, dy] = [x[0]! - place(events.x[0]!), y[0]! - events.y[0]!];
      expect(Array.from(x, (column) => column - dx)).toEqual(Array.from(events.x, place));
      expect(Array.from(y, (row) => row - dy)).toEqual([...events.y]);
      expect(
        Array.from(p, (polarity, i) => polarity ^ events.p[i]!).every(
          (each) => each === (p[0] === 1 ? 0 : 1),
        ),
      ).toBe(true);
      expect(Math.max(Math.abs(dx), Math.abs(dy))).toBeLessThanOrEqual(2);
      found.add(`${mirrored} ${p[0]}`);
    }
    expect(found.size).toBe(4);
  });

  it('loses events with the probability that is told, and what leaves the sensor', () => {
    const kept = augmentEvents(events, size, { drop: 0.3 }, new Random(2)).t.length;
    expect(Math.abs(kept - 700)).toBeLessThan(3 * Math.sqrt(1000 * 0.3 * 0.7));
    const shifted = augmentEvents(events, { width: 9, height: 10 }, {}, new Random(2));
    expect([...shifted.x].every((column) => column < 9)).toBe(true);
    expect(shifted.t.length).toBe(500);
  });

  it('puts jittered times in order', () => {
    const { t } = augmentEvents(events, size, { timeJitter: 50 }, new Random(3));
    expect([...t]).toEqual([...t].sort((a, b) => a - b));
    const spread = Math.sqrt(t.reduce((sum, time, i) => sum + (time - events.t[i]!) ** 2, 0) / t.length);
    expect(spread).toBeGreaterThan(5);
    expect(spread).toBeLessThan(50);
  });
});
