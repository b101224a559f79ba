import { describe, expect, it } from 'vitest';
import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { fc } from '../properties.fixture.ts';
import { burst } from './burst.ts';
import { fewSpikes } from './few-spikes.ts';
import { integrateAndFire, integrateAndFireParameters } from './integrate-and-fire.ts';
import { multiThreshold } from './multi-threshold.ts';
import { scaleAndFire } from './scale-and-fire.ts';
import { sigmaDelta } from './sigma-delta.ts';
import { stBif } from './st-bif.ts';
import { timeToFirstSpike } from './time-to-first-spike.ts';

interface Step {
  readonly spike: number;
  readonly decoded: number;
  readonly count: number;
}

function run(
  neuron: AnyNeuron,
  attributes: object,
  parameters: Parameters,
  means: readonly number[],
): Step[] {
  const steps: Step[] = [];
  const all = neuron.attributes.parse(attributes);
  runNeuron(neuron, all, parameters, Float64Array.from(means), (_position, spike, decoded, count) =>
    steps.push({ spike, decoded, count }),
  );
  return steps;
}

const still = (mean: number, steps: number) => new Array<number>(steps).fill(mean);
const pair = { thresholdPositive: 0.5, thresholdNegative: 0.25, deadZone: 0.5 };

/** Numbers off all boundaries of thresholds that are powers of two. */
const offBoundary = fc.integer({ min: -4000, max: 4000 }).map((whole) => (whole + 0.37) / 256);
const means = fc.array(offBoundary, { minLength: 6, maxLength: 6 });

describe('a sigma-delta neuron', () => {
  it('tells its input to within half a unit at every step, and is silent while that stays so', () => {
    fc.assert(
      fc.property(means, (changing) => {
        const steps = run(sigmaDelta, { units: 1000 }, { threshold: 0.25 }, changing);
        for (const [i, { decoded }] of steps.entries())
          expect(Math.abs(decoded - changing[i]!)).toBeLessThanOrEqual(0.125);
        const [first, ...later] = run(
          sigmaDelta,
          { units: 1000 },
          { threshold: 0.25 },
          still(changing[0]!, 4),
        );
        expect(later).toEqual(later.map(() => ({ spike: 0, decoded: first!.decoded, count: 0 })));
      }),
    );
  });

  it('tells at the next step what one step cannot hold, each unit a spike', () => {
    const steps = run(sigmaDelta, { units: 3, spikes: 'unary' }, { threshold: 1 }, still(-5.2, 3));
    expect(steps.map(({ decoded, count }) => [decoded, count])).toEqual([
      [-3, 3],
      [-5, 2],
      [-5, 0],
    ]);
  });
});

describe('a scale-and-fire neuron', () => {
  it('says in one step what an integrate-and-fire neuron says in N steps of the same input', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1.2, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (x, n) => {
          fc.pre(Math.abs(((x * n + 0.5) % 1) - 0.5) < 0.499);
          const slow = run(integrateAndFire, {}, integrateAndFireParameters(1, 0.5), still(x, n)).at(-1)!;
          const thresholds = { thresholdPositive: 1 / n, thresholdNegative: 1 };
          const [fast] = run(scaleAndFire, { units: n, spikes: 'unary' }, thresholds, [x]);
          expect(fast!.decoded).toBeCloseTo(slow.decoded, 12);
          expect(fast!.count).toBe(Math.round(slow.decoded * n));
        },
      ),
    );
  });
});

describe('an ST-BIF neuron', () => {
  it('settles at the quantised value, whatever came before, with one spike a unit', () => {
    fc.assert(
      fc.property(means, (before) => {
        const range = { lowest: -6, highest: 9 };
        const last = before.at(-1)!;
        const steps = run(stBif, range, { threshold: 0.5 }, [...before, ...still(last, 20)]);
        const quantised = 0.5 * Math.min(Math.max(Math.floor(last / 0.5 + 0.5), -6), 9);
        expect(steps.at(-1)).toEqual({ spike: 0, decoded: quantised, count: 0 });
        for (const { spike, count } of steps) expect([Math.abs(spike), count]).toEqual([0.5 * count, count]);
      }),
    );
  });
});

describe('a few-spikes neuron', () => {
  it('spends one spike on each digit 1 of its rounded value', () => {
    fc.assert(
      fc.property(offBoundary, (x) => {
        const [{ spike, count }] = run(fewSpikes, { bits: 6 }, pair, [x]) as [Step];
        const threshold = x < 0 ? 0.25 : 0.5;
        const code = Math.min(Math.round(Math.abs(x) / threshold), 63);
        expect(Math.abs(spike)).toBe(code * threshold);
        expect(count).toBe([...code.toString(2)].filter((digit) => digit === '1').length);
      }),
    );
  });
});

describe('a burst neuron', () => {
  it('is the multi-threshold neuron if a burst is one spike', () => {
    fc.assert(
      fc.property(means, (changing) => {
        const ladder = { levels: 5, base: 3 };
        const [one, other] = [
          run(burst, { ...ladder, spikes: 1 }, pair, changing),
          run(multiThreshold, ladder, pair, changing),
        ];
        for (const [i, { spike, count }] of one.entries()) {
          expect(spike).toBeCloseTo(other[i]!.spike, 12);
          expect(count).toBe(other[i]!.count);
        }
      }),
    );
  });

  it('emits up to n spikes of its only level, as many as its potential holds', () => {
    const parameters = { thresholdPositive: 1, thresholdNegative: 1, deadZone: 0.5 };
    const counts = (x: number) => run(burst, { levels: 1, spikes: 5 }, parameters, [x])[0]!;
    expect([0.4, 2.6, -3.2, 9].map((x) => [counts(x).decoded, counts(x).count])).toEqual([
      [0, 0],
      [3, 3],
      [-3, 3],
      [5, 5],
    ]);
  });

  it('takes back what is too large by a spike of the other sign', () => {
    const parameters = { thresholdPositive: 1, thresholdNegative: 1, deadZone: 0.5 };
    expect(run(burst, { levels: 5, spikes: 2 }, parameters, [7])[0]).toEqual({
      spike: 7,
      decoded: 7,
      count: 2,
    });
  });
});

describe('a time-to-first-spike neuron', () => {
  it('says with an exponential kernel what a multi-threshold neuron says, and never spikes twice', () => {
    fc.assert(
      fc.property(means, (changing) => {
        const timed = run(timeToFirstSpike, { window: 5, base: 3 }, pair, changing);
        const graded = run(multiThreshold, { levels: 5, base: 3 }, pair, changing);
        for (const [i, { spike, count }] of timed.entries()) {
          expect(spike).toBeCloseTo(graded[i]!.spike, 12);
          expect(count).toBe(Number(spike !== 0));
        }
      }),
    );
  });

  it('says with a linear kernel the nearest multiple of its threshold', () => {
    const choices = { window: 7, kernel: 'linear' };
    const decoded = [0.2, 0.9, -0.9, 90].map((x) => run(timeToFirstSpike, choices, pair, [x])[0]!.decoded);
    expect(decoded).toEqual([0, 1, -1, 3.5]);
  });
});
