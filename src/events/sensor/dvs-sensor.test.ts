import { describe, expect, it } from 'vitest';
import { DvsSensor } from './dvs-sensor.ts';
import type { SensorSettings } from './sensor-settings.ts';

const side = 32;
const pixels = side * side;

/** Events of pixels that look at one constant log intensity for a time. */
function still(settings: Partial<SensorSettings>, log: number, seconds: number, seed = 1) {
  const sensor = new DvsSensor(side, side, settings, seed);
  const frame = new Float64Array(pixels).fill(log);
  sensor.start(0, frame);
  for (let i = 1; i <= 10; i++) sensor.advance((seconds * i) / 10, frame);
  return sensor.take();
}

describe('the pixels of an event camera', () => {
  it('are silent before a still scene where there is no noise', () => {
    expect(still({ mismatch: 0.05, refractory: 0.001, cutoff: 30 }, 3, 100).t.length).toBe(0);
  });

  it('send an event at every C of a ramp, one pixel with another mixed in order of time', () => {
    const sensor = new DvsSensor(2, 1, { onThreshold: 0.2, offThreshold: 0.25 });
    sensor.start(1, Float64Array.of(0, 0));
    for (let i = 1; i <= 40; i++) sensor.advance(1 + i / 40, Float64Array.of((3 * i) / 40, (-1.9 * i) / 40));
    const { t, x, p } = sensor.take();
    const times = (pixel: number) => Array.from(t).filter((_, i) => x[i] === pixel);
    expect(times(0)).toHaveLength(14);
    expect(times(1)).toHaveLength(7);
    for (const [i, time] of times(0).entries())
      expect(Math.abs(time / 1e6 - 1 - ((i + 1) * 0.2) / 3)).toBeLessThan(1e-9);
    for (const [i, time] of times(1).entries())
      expect(Math.abs(time / 1e6 - 1 - ((i + 1) * 0.25) / 1.9)).toBeLessThan(1e-9);
    expect([...t]).toEqual([...t].sort((a, b) => a - b));
    expect([...new Set(Array.from(x, (column, i) => `${column}${p[i]}`))].sort()).toEqual(['01', '10']);
  });

  it('follow a ramp through a low-pass as its differential equation says', () => {
    const [tau, rate, onThreshold] = [0.01, 20, 0.2];
    const sensor = new DvsSensor(1, 1, {
      onThreshold,
      cutoff: 1 / (2 * Math.PI * tau),
      cutoffByIntensity: false,
    });
    sensor.start(0, Float64Array.of(0));
    for (let i = 1; i <= 100; i++) sensor.advance(i / 1000, Float64Array.of((rate * i) / 1000));
    const { t } = sensor.take();
    const answer = (time: number) => rate * (time - tau * (1 - Math.exp(-time / tau)));
    expect(t.length).toBe(Math.floor(answer(0.1) / onThreshold));
    for (const [i, time] of t.entries()) expect(answer(time / 1e6)).toBeCloseTo((i + 1) * onThreshold, 9);
  });

  it('have thresholds whose spread a slow ramp shows', () => {
    const [mean, sigma] = [0.2, 0.03];
    const sensor = new DvsSensor(side, side, { onThreshold: mean, mismatch: sigma }, 5);
    sensor.start(0, new Float64Array(pixels));
    sensor.advance(1, new Float64Array(pixels).fill(0.45));
    const { t, x, y } = sensor.take();
    const first = new Map<number, number>();
    for (const [i, time] of t.entries()) {
      const pixel = y[i]! * side + x[i]!;
      if (!first.has(pixel)) first.set(pixel, (time / 1e6) * 0.45);
    }
    expect(first.size).toBe(pixels);
    const found = [...first.values()];
    const average = found.reduce((sum, each) => sum + each, 0) / pixels;
    const spread = Math.sqrt(found.reduce((sum, each) => sum + (each - average) ** 2, 0) / (pixels - 1));
    expect(Math.abs(average - mean)).toBeLessThan((3 * sigma) / Math.sqrt(pixels));
    expect(Math.abs(spread - sigma)).toBeLessThan((3 * sigma) / Math.sqrt(2 * pixels));
  });

  it.each([
    [0, 1],
    [Math.log(255), 0.25],
    [Math.log(127.5), 0.625],
  ])('are as noisy as the brightness says: log intensity %s', (log, share) => {
    const [rate, seconds] = [10, 2];
    const { t, p } = still({ shotNoise: rate }, log, seconds);
    const expected = rate * share * seconds * pixels;
    expect(Math.abs(t.length - expected)).toBeLessThan(3 * Math.sqrt(expected));
    const on = p.reduce((sum, each) => sum + each, 0);
    expect(Math.abs(on - t.length / 2)).toBeLessThan(1.5 * Math.sqrt(t.length));
  });

  it('leak ON events, each pixel at a rate of its own', () => {
    const [rate, seconds] = [2, 20];
    const { t, x, y, p } = still({ leak: rate }, 3, seconds);
    expect(p.every((each) => each === 1)).toBe(true);
    const counts = new Float64Array(pixels);
    for (const i of t.keys()) counts[y[i]! * side + x[i]!]! += 1;
    const logs = counts.map((count) => Math.log10(count / (rate * seconds)));
    const spread = Math.sqrt(logs.reduce((sum, each) => sum + each ** 2, 0) / pixels);
    expect(spread).toBeGreaterThan(0.08);
    expect(spread).toBeLessThan(0.12);
    expect(still({ leak: rate, leakSpread: false }, 3, seconds + 0.1).t.length).toBe(pixels * rate * seconds);
  });

  it('rest after an event, and then send, lose or forget what has happened meanwhile', () => {
    const times = (refractoryRule: SensorSettings['refractoryRule']) => {
      const sensor = new DvsSensor(1, 1, { refractory: 0.25, refractoryRule });
      sensor.start(0, Float64Array.of(0));
      sensor.advance(1, Float64Array.of(2));
      return Array.from(sensor.take().t, (time) => Number((time / 1e6).toFixed(6)));
    };
    expect(times('hold')).toEqual([0.1, 0.45, 0.8]);
    expect(times('drop')).toEqual([0.1, 0.4, 0.7, 1]);
    expect(times('wait')).toEqual([0.1, 0.35, 0.6, 0.85]);
  });

  it('send the same for the same seed, whatever is in between', () => {
    const noisy = { mismatch: 0.05, shotNoise: 5, leak: 1, cutoff: 30 };
    expect(still(noisy, 3, 1, 4)).toEqual(still(noisy, 3, 1, 4));
    expect(still(noisy, 3, 1, 4)).not.toEqual(still(noisy, 3, 1, 5));
  });

  it('take settings that make sense alone', () => {
    expect(() => new DvsSensor(1, 1, { onThreshold: 0 })).toThrow(
      'sensor: onThreshold: expected a change of log intensity above 0, got 0. Give one that is.',
    );
    expect(() => new DvsSensor(1, 1, { leak: Number.NaN })).toThrow(
      'sensor: leak: expected a number from 0 on, got NaN.',
    );
    expect(() => new DvsSensor(1, 1, { refractoryRule: 'no' as 'hold' })).toThrow(
      'sensor: refractoryRule: expected one of hold, drop, wait, got no.',
    );
  });
});
