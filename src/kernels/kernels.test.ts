import { describe, expect, it } from 'vitest';
import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { chargeAligned } from '../neurons/charge-aligned.ts';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../neurons/leaky-integrate-and-fire.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { neurons } from '../neurons/neurons.ts';
import { offsetCalibrating } from '../neurons/offset-calibrating.ts';
import { stBif } from '../neurons/st-bif.ts';
import { fc } from '../properties.fixture.ts';
import { counters, data, expectSame, module, run, threshold } from './compare-kernels.fixture.ts';
import { defineKernel } from './define-kernel.ts';
import { kernelFor, kernels } from './kernels.ts';
import { referenceKernel } from './reference-kernel.ts';

describe('the integrate-and-fire kernel', () => {
  const kernel = kernelFor(integrateAndFire);
  const anyNeurons = fc
    .record({
      steps: fc.integer({ min: 1, max: 40 }),
      count: fc.integer({ min: 1, max: 21 }),
      threshold,
      // Amplitudes other than the threshold belong to normalised weights.
      amplitudeRatio: fc.constantFrom(1, 0.5, 2),
      initialRatio: fc.constantFrom(0, 0.5),
      still: fc.boolean(),
      withoutSpikes: fc.boolean(),
    })
    .chain(({ count, threshold: theta, amplitudeRatio, initialRatio, ...rest }) => {
      const length = count * (rest.still ? 1 : rest.steps);
      const current = fc.float({ min: -2, max: 6, noNaN: true });
      return fc.array(current, { minLength: length, maxLength: length }).map((means) => ({
        ...rest,
        means: Float32Array.from(means),
        attributes: integrateAndFire.attributes.parse({}),
        parameters: {
          threshold: theta,
          initialPotential: initialRatio * theta,
          amplitude: amplitudeRatio * theta,
        },
      }));
    });

  it('does what the reference step does for any threshold, T and length', () => {
    fc.assert(
      fc.property(anyNeurons, (each) => expectSame(integrateAndFire, kernel, each)),
      { numRuns: 200 },
    );
  });

  it('has a sister for charge-aligned neurons', () => {
    fc.assert(
      fc.property(anyNeurons, fc.constantFrom(0, 0.5), fc.constantFrom(0, 3), (each, kappa, extraSpikes) => {
        const parameters = { threshold: each.parameters.threshold!, kappa };
        const attributes = chargeAligned.attributes.parse({ extraSpikes });
        expectSame(chargeAligned, kernelFor(chargeAligned), { ...each, parameters, attributes });
      }),
      { numRuns: 200 },
    );
  });

  it('has a sister for neurons that leak', () => {
    fc.assert(
      fc.property(
        anyNeurons,
        fc.constantFrom(1, 0.9, 0.5),
        fc.constantFrom('reaching', 'exceeding'),
        fc.constantFrom('now', 'delayed'),
        (each, leak, fires, order) => {
          const parameters = { ...each.parameters, leak };
          const attributes = leakyIntegrateAndFire.attributes.parse({ fires, order });
          const kernel = kernelFor(leakyIntegrateAndFire);
          expectSame(leakyIntegrateAndFire, kernel, { ...each, parameters, attributes });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('does what the reference does for neurons that calibrate themselves in hidden steps', () => {
    fc.assert(
      fc.property(
        anyNeurons,
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('latest', 'first'),
        (each, iterations, judged) => {
          fc.pre(each.steps > 4 && each.parameters.amplitude === each.parameters.threshold);
          const attributes = offsetCalibrating.attributes.parse({ iterations, judged });
          const [expected, got] = [referenceKernel(offsetCalibrating), kernelFor(offsetCalibrating)].map(
            (form) => run(form, { ...each, attributes }),
          );
          // Hidden steps decide by comparisons too, so that a tie may change a whole neuron: few may differ.
          const different = expected!.decoded.filter(
            (value, i) => Math.abs(value - got!.decoded[i]!) > 1e-4,
          ).length;
          expect(different).toBeLessThanOrEqual(
            each.steps * Math.ceil(expected!.decoded.length / each.steps / 20),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('kernels', () => {
  it('are there for every neuron of the project, one each', () => {
    const names = kernels.map(({ neuron }) => neuron);
    expect(names.toSorted()).toEqual(neurons.map((each) => each.name).toSorted());
  });

  it('are told what their functions read, or do not compile', () => {
    const settings = () => ({ threshold: 1, lowest: -128 });
    // @ts-expect-error `highest` is missing
    const kernel = defineKernel({ neuron: stBif, function: 'stBif', settings });
    expect(kernel.neuron).toBe('st-bif');
  });

  it('refuse more numbers than their tables hold', () => {
    const boundaries = Array.from({ length: 300 }, (_, i) => i);
    const where = { means: data, meansStride: 4, decoded: data, spikes: 0, counts: 0, bytes: 0, stride: 4 };
    const thresholds = { thresholdPositive: 1, thresholdNegative: 1 };
    expect(() =>
      module.runNeurons(
        'burst',
        { ...where, count: 1, steps: 1, counters, state: 0, elapsed: 0 },
        { boundaries, levels: boundaries, length: 300, most: 1, ...thresholds },
      ),
    ).toThrow(
      'the tables of a kernel: expected at most 256 numbers, got 300. Use a neuron with fewer levels',
    );
  });

  it('fall back to the reference step for a neuron without one', () => {
    const plain: AnyNeuron = {
      ...multiThreshold,
      name: 'counter',
      state: ['sum'],
      initialState: () => ({ sum: 10 }),
      step({ mean: x }, state) {
        state.sum! += x;
        return x;
      },
      decode: (state, t) => state.sum! / t,
    };
    const kernel = kernelFor(plain);
    const outcome = run(kernel, {
      means: Float32Array.from([1, 0, 2, 3]),
      steps: 2,
      parameters: {},
      attributes: {},
    });
    expect([...outcome.decoded]).toEqual([11, 10, 6.5, 6.5]);
    expect([...outcome.spikes]).toEqual([1, 0, 2, 3]);
    expect(outcome.counts).toEqual([1, 2]);
  });
});
