import { describe, expect, it } from 'vitest';
import { type Events, EventWriter } from '../formats/events/events.ts';
import { Random } from '../random.ts';
import { binEvents, eventFrames } from './bin-events.ts';

function eventsOf(...rows: readonly (readonly [t: number, x: number, y: number, p: number])[]): Events {
  const writer = new EventWriter();
  for (const row of rows) writer.push(...row);
  return writer.take();
}

const few = eventsOf([10, 0, 0, 1], [19, 1, 0, 0], [20, 1, 1, 1], [39, 1, 1, 1], [49, 0, 1, 0]);
const sensor = { width: 2, height: 2 };

describe('binEvents', () => {
  it('counts events of each pixel and polarity in equal times, OFF before ON', () => {
    const { shape, data } = binEvents(few, { ...sensor, steps: 4, start: 10, duration: 40 });
    expect(shape).toEqual([4, 2, 2, 2]);
    const frames = Array.from({ length: 4 }, (_, i) => [...data.subarray(8 * i, 8 * i + 8)].join(''));
    expect(frames).toEqual(['01001000', '00000001', '00000001', '00100000']);
  });

  it('takes the time from the first to the last event where none is told', () => {
    const { data } = binEvents(few, { ...sensor, steps: 3 });
    expect(data.reduce((sum, each) => sum + each, 0)).toBe(5);
    expect(data[2 * 8 + 2]).toBe(1);
    const single = binEvents(eventsOf([5, 0, 0, 1]), { ...sensor, steps: 2 });
    expect(single.data[4]).toBe(1);
    expect(binEvents(eventsOf(), { ...sensor, steps: 2 }).data.every((each) => each === 0)).toBe(true);
  });

  it('counts equal numbers of events, the first frames one more', () => {
    const { data } = binEvents(few, { ...sensor, steps: 2, by: 'count' });
    const sums = [0, 1].map((i) => data.subarray(8 * i, 8 * i + 8).reduce((sum, each) => sum + each, 0));
    expect(sums).toEqual([3, 2]);
  });

  it('leaves out what is outside of the time, and refuses what is outside of the sensor', () => {
    const { data } = binEvents(few, { ...sensor, steps: 1, start: 19, duration: 2 });
    expect(data.reduce((sum, each) => sum + each, 0)).toBe(2);
    expect(() => binEvents(eventsOf([0, 2, 1, 0]), { ...sensor, steps: 1 })).toThrow(
      'events: expected pixels of a sensor of 2 × 2, got one at (2, 1). Give the size of the sensor that they come from.',
    );
    expect(() => binEvents(few, { ...sensor, steps: 0 })).toThrow(
      'steps: expected a whole number from 1 on, got 0. Give one that is.',
    );
  });
});

describe('eventFrames', () => {
  it('cuts a stream as binEvents does, wherever its chunks end', async () => {
    const random = new Random(3);
    const writer = new EventWriter();
    let time = 1000;
    for (let i = 0; i < 500; i++) {
      time += random.integer(40);
      writer.push(time, random.integer(8), random.integer(6), random.integer(2));
    }
    const all = writer.take();
    const size = { width: 8, height: 6 };
    const microseconds = 500;
    const first = all.t[0]!;
    const steps = Math.floor((all.t[499]! - first) / microseconds) + 1;
    const whole = binEvents(all, { ...size, steps, start: first, duration: steps * microseconds });
    for (const chunk of [1, 7, 500]) {
      const chunks = Array.from({ length: Math.ceil(500 / chunk) }, (_, i) => ({
        t: all.t.slice(i * chunk, (i + 1) * chunk),
        x: all.x.slice(i * chunk, (i + 1) * chunk),
        y: all.y.slice(i * chunk, (i + 1) * chunk),
        p: all.p.slice(i * chunk, (i + 1) * chunk),
      }));
      const frames: number[] = [];
      for await (const { counts } of eventFrames(chunks, { ...size, microseconds })) frames.push(...counts);
      expect(frames).toEqual([...whole.data]);
    }
  });

  it('cuts by number of events, and lets time pass without any', async () => {
    const facts: number[][] = [];
    for await (const { start, end, events } of eventFrames([few], { ...sensor, events: 2 }))
      facts.push([start, end, events]);
    expect(facts).toEqual([
      [10, 20, 2],
      [20, 49, 2],
      [49, 49, 1],
    ]);
    const empty: number[] = [];
    for await (const { events } of eventFrames([few], { ...sensor, microseconds: 8 })) empty.push(events);
    expect(empty).toEqual([1, 2, 0, 1, 1]);
  });
});
