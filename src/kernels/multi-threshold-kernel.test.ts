import { describe, expect, it } from 'vitest';
import { halfLevel, type Ladder, ladderThresholds } from '../dynamics/ladder.ts';
import {
  differentialMultiThreshold,
  differentialThresholds,
} from '../neurons/differential-multi-threshold.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { fc } from '../properties.fixture.ts';
import { counters, data, expectSame, memory, module, run, threshold } from './compare-kernels.fixture.ts';
import { kernelFor } from './kernels.ts';
import { referenceKernel } from './reference-kernel.ts';

const mean = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -40, max: 40, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1e-30, -1e-30, 1e30, -1e30, 3e38) },
);

const anyCase = (attributes: fc.Arbitrary<Ladder>) =>
  fc
    .record({
      attributes,
      steps: fc.integer({ min: 1, max: 9 }),
      count: fc.integer({ min: 1, max: 41 }),
      positive: threshold,
      negative: threshold,
      onset: fc.integer({ min: 1, max: 3 }),
      deadZone: fc.oneof(fc.constant(halfLevel), fc.float({ min: 0, max: 5, noNaN: true })),
      still: fc.boolean(),
      withoutSpikes: fc.boolean(),
    })
    .chain(({ count, positive, negative, deadZone, onset, ...rest }) =>
      fc
        .array(mean, {
          minLength: count * (rest.still ? 1 : rest.steps),
          maxLength: count * (rest.still ? 1 : rest.steps),
        })
        .map((means) => ({
          ...rest,
          means: Float32Array.from(means),
          parameters: differentialThresholds(positive, negative, deadZone, onset),
        })),
    );

describe.each([multiThreshold, differentialMultiThreshold])('the kernel of the $name neuron', (neuron) => {
  const kernel = kernelFor(neuron);
  const rule = fc.constantFrom('floor' as const, 'nearest' as const);
  const levels = fc.integer({ min: 1, max: 10 });

  it('does what the reference step does for base 2, any thresholds, dead zone, T and length', () => {
    const attributes = fc.record({ levels, base: fc.constant(2), rule });
    fc.assert(
      fc.property(anyCase(attributes), (each) => expectSame(neuron, kernel, each)),
      { numRuns: 300 },
    );
  });

  it('does what the reference step does for other bases', () => {
    const attributes = fc.record({ levels, base: fc.constantFrom(Math.SQRT2, 1.5, 3, 4), rule });
    fc.assert(
      fc.property(anyCase(attributes), (each) => expectSame(neuron, kernel, each)),
      { numRuns: 100 },
    );
  });
});

describe('the multi-threshold kernel', () => {
  const kernel = kernelFor(multiThreshold);

  it('decides potentials exactly on a boundary as the reference does when the threshold is a power of two', () => {
    for (const choice of ['floor', 'nearest'] as const) {
      const means = Float32Array.from([
        0.5, 0.75, 1, 1.5, 2, 3, 3.5, 6, 7.5, 12, -0.5, -1.5, -3, -3.5, -7.5, 64, 96, 0,
      ]);
      const each = {
        means,
        steps: 1,
        parameters: ladderThresholds(1, 0.5),
        attributes: { levels: 8, base: 2, rule: choice },
      };
      expect(run(kernel, each)).toEqual(run(referenceKernel(multiThreshold), each));
    }
  });

  it('may write decoded values over the means', () => {
    const means = Float32Array.from({ length: 3 * 37 }, (_, i) => Math.sin(i) * 3);
    const parameters = ladderThresholds(0.1, 0.2);
    const attributes = { levels: 6, base: 2, rule: 'nearest' as const };
    const expected = run(kernel, { means, steps: 3, parameters, attributes });
    new Float32Array(memory.buffer, data, means.length).set(means);
    const where = {
      means: data,
      meansStride: 4 * 37,
      decoded: data,
      spikes: 0,
      counts: 0,
      bytes: 0,
      stride: 4 * 37,
    };
    kernel.run(
      module,
      { ...where, count: 37, steps: 3, parameters, counters, state: 0, elapsed: 0 },
      attributes,
    );
    const got = new Float32Array(memory.buffer, data, means.length);
    expect(got).toEqual(expected.decoded);
  });

  it('works in tiles on many neurons, and keeps its constants where a table is in use', () => {
    const means = Float32Array.from({ length: 3 * 1111 }, (_, i) => Math.sin(i) * 3);
    const parameters = ladderThresholds(0.1, 0.2);
    for (const base of [3, 2]) {
      const each = { means, steps: 3, parameters, attributes: { levels: 6, base, rule: 'nearest' as const } };
      expectSame(multiThreshold, kernel, { ...each, withoutSpikes: true });
    }
  });

  it.each([
    [1, 1],
    [0.8132861256599426, 0.33322378993034363],
  ])(
    'writes signed levels as bytes around 128, the largest as 127, with thresholds %d and %d',
    (positive, negative) => {
      const values = [0, 1, -1, 2.1, -4, 64, -64, 128, -128, 900, 0.3];
      const scaled = values.map((value) => value * (value < 0 ? negative : positive));
      const means = Float32Array.from([...scaled, ...scaled, ...scaled]);
      const bytes = data + 4096;
      const where = { means: data, meansStride: 132, decoded: 0, spikes: 0, counts: 0, bytes, stride: 132 };
      new Float32Array(memory.buffer, data, means.length).set(means);
      const parameters = ladderThresholds(positive, negative);
      kernel.run(
        module,
        { ...where, count: 33, steps: 1, parameters, counters, state: 0, elapsed: 0 },
        { levels: 8, base: 2, rule: 'nearest' },
      );
      const signed = [0, 1, -1, 2, -4, 64, -64, 127, -127, 127, 0];
      expect([...new Uint8Array(memory.buffer, bytes, 33)].map((byte) => byte - 128)).toEqual([
        ...signed,
        ...signed,
        ...signed,
      ]);
    },
  );

  it.each(['nearest', 'floor'] as const)('writes the levels of all steps as bytes, rule %s', (rule) => {
    const [count, steps] = [601, 4];
    const means = Float32Array.from({ length: count * steps }, (_, i) => Math.sin(i * i) * 3);
    // Products with a power of two do not round, so both ways fire alike.
    const parameters = ladderThresholds(0.25, 0.25);
    const attributes = { levels: 5, base: 2, rule };
    const { spikes, counts } = run(kernel, { means, steps, parameters, attributes });
    const bytes = data + 4 * means.length;
    const where = {
      means: data,
      meansStride: 4 * count,
      decoded: 0,
      spikes: 0,
      counts: 0,
      bytes,
      stride: 4 * count,
    };
    new Float32Array(memory.buffer, data, means.length).set(means);
    new Int32Array(memory.buffer, counters, 4 * steps).fill(0);
    kernel.run(module, { ...where, count, steps, parameters, counters, state: 0, elapsed: 0 }, attributes);
    const levels = [...new Uint8Array(memory.buffer, bytes, count * steps)].map((byte) => byte - 128);
    expect(levels).toEqual([...spikes].map((spike) => spike / 0.25 + 0));
    const counted = new Int32Array(memory.buffer, counters, 4 * steps);
    expect(counts).toEqual(
      Array.from({ length: steps }, (_, t) => counted.subarray(4 * t, 4 * t + 4).reduce((a, b) => a + b)),
    );
  });
});
