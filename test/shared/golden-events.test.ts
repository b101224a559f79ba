import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DvsSensor } from '../../src/events/sensor/dvs-sensor.ts';
import type { RefractoryRule } from '../../src/events/sensor/sensor-settings.ts';
import { openEvents } from '../../src/files/events/open-events.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { collectEvents } from '../../src/formats/events/events.ts';
import { npyToFloat64 } from './npy-to-float64.ts';
import { hasShared, shared } from './shared-folder.ts';

const folder = ['golden', 'events'];
const meta = () => JSON.parse(readFileSync(shared(...folder, 'meta.json'), 'utf8'));

describe.skipIf(!hasShared(...folder))('a pixel against an independent implementation', () => {
  it.each([
    ['events_clean', 0, 'hold'],
    ['events_refractory_drop', 0.004, 'drop'],
    ['events_refractory_hold', 0.004, 'hold'],
  ] as const)('sends the same: %s', async (name, refractory, refractoryRule: RefractoryRule) => {
    const arrays = await readNpz(shared(...folder, 'pixel.npz'));
    const column = (key: string) => npyToFloat64(arrays.get(key));
    const [times, log, golden] = [column('times'), column('log_intensity'), column(name)];
    const { c_plus: onThreshold, c_minus: offThreshold } = meta().pixel;
    const sensor = new DvsSensor(4, 1, { onThreshold, offThreshold, refractory, refractoryRule });
    for (const [i, time] of times.entries()) {
      const frame = log.subarray(4 * i, 4 * i + 4);
      if (i === 0) sensor.start(time, frame);
      else sensor.advance(time, frame);
    }
    const { t, x, p } = sensor.take();
    // The golden events are sorted by pixel within a frame.
    const mine = Array.from(t, (time, i) => [time / 1e6, x[i]!, p[i] === 1 ? 1 : -1]).sort(byTime);
    const theirs = Array.from({ length: golden.length / 3 }, (_, i) => [
      ...golden.subarray(3 * i, 3 * i + 3),
    ]).sort(byTime);
    expect(mine.map(([, ...rest]) => rest)).toEqual(theirs.map(([, ...rest]) => rest));
    for (const [i, [time = 0]] of mine.entries()) expect(time).toBeCloseTo(theirs[i]![0]!, 12);
  });

  it('answers a step through a low-pass and a ramp at the times of the closed forms', () => {
    const { lowpass_step: step, ramp, leak, shot_noise: shot } = meta();
    const slow = new DvsSensor(1, 1, {
      onThreshold: step.C,
      cutoff: 1 / (2 * Math.PI * step.tau),
      cutoffByIntensity: false,
    });
    slow.start(0, Float64Array.of(1));
    slow.jump(Float64Array.of(1 + step.dL));
    slow.advance(1, Float64Array.of(1 + step.dL));
    const { t } = slow.take();
    expect(t.length).toBe(step.times.length);
    for (const [i, time] of t.entries()) expect(time / 1e6).toBeCloseTo(step.times[i], 10);

    const rising = new DvsSensor(1, 1, { onThreshold: ramp.C });
    rising.start(0, Float64Array.of(0));
    rising.advance(1, Float64Array.of(ramp.rate_per_s));
    const steps = rising.take().t;
    for (const [i, time] of steps.entries()) expect(time / 1e6).toBeCloseTo((i + 1) * ramp.interval, 10);
    expect(steps.length).toBe(37);

    const leaking = new DvsSensor(1, 1, { leak: leak.rate_hz, leakSpread: false });
    leaking.start(0, Float64Array.of(2));
    leaking.advance(100.5, Float64Array.of(2));
    expect(leaking.take().t.length).toBe(10);

    const noisy = new DvsSensor(32, 32, { shotNoise: shot.rate_hz, refractory: shot.dead_time });
    const dark = new Float64Array(1024);
    noisy.start(0, dark);
    noisy.advance(1, dark);
    const rate = noisy.take().t.length / 1024;
    expect(Math.abs(rate - shot.observed)).toBeLessThan(3 * Math.sqrt(shot.observed / 1024));
  });
});

function byTime(a: readonly number[], b: readonly number[]): number {
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}

describe.skipIf(!hasShared('data', 'events'))('files of event cameras', () => {
  it.each([
    ['sample_nmnist.bin', 'nmnist', 34, 34],
    ['sample_ncars.dat', 'ncars', 78, 42],
    ['sample.aedat4', 'aedat4', 320, 240],
  ])('hold what an independent decoder reads: %s', async (name, key, width, height) => {
    const golden = meta()[key];
    const file = await openEvents(shared('data', 'events', name));
    const { t, x, y, p } = await collectEvents(file.chunks());
    const sum = (column: ArrayLike<number>, from = 0) =>
      Array.from(column).reduce((total, each) => total + each - from, 0);
    const event = (i: number) => [t[i], x[i], y[i], p[i]];
    expect(file.notes()).toEqual([]);
    expect([t.length, sum(p), sum(x), sum(y), sum(t, t[0])]).toEqual([
      golden.events,
      golden.on,
      golden.sum_x,
      golden.sum_y,
      golden.sum_t_minus_first,
    ]);
    expect([0, 1, 2].map(event)).toEqual(golden.first);
    expect(event(t.length - 1)).toEqual(golden.last);
    expect([file.width, file.height]).toEqual([width, height]);
  });
});
