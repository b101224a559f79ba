import { describe, expect, it } from 'vitest';
import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { initialState } from '../dynamics/initial-state.ts';
import { neuronNamed } from '../neurons/neurons.ts';
import { fc } from '../properties.fixture.ts';
import { webAssembly } from '../web-assembly.ts';
import { KernelModule, moduleBytes } from './kernel-module.ts';
import { kernelFor, kernels } from './kernels.ts';
import type { AnyNeuronKernel } from './neuron-kernel.ts';
import { referenceKernel } from './reference-kernel.ts';

const memory = new webAssembly.Memory({ initial: 16 });
const module = new KernelModule(memory);
const [counters, data] = [moduleBytes, 65536];

interface Case {
  readonly means: Float32Array;
  readonly steps: number;
  readonly parameters: Parameters;
  readonly attributes: unknown;
}

/** Decoded values, spikes and numbers of spikes of all steps, and the sum of those numbers at each step. */
function run(kernel: AnyNeuronKernel, { means, steps, parameters, attributes }: Case): Float32Array[] {
  const count = means.length / steps;
  const places = [1, 2, 3].map((i) => data + i * 16384) as [number, number, number];
  new Float32Array(memory.buffer, data, means.length).set(means);
  for (const place of places) new Float32Array(memory.buffer, place, means.length).fill(0);
  new Int32Array(memory.buffer, counters, 4 * steps).fill(0);
  const [decoded, spikes, counts] = places;
  const stride = 4 * count;
  const where = { means: data, meansStride: stride, decoded, spikes, counts, bytes: 0, stride };
  kernel.run(module, { ...where, count, steps, parameters, counters, state: 0, elapsed: 0 }, attributes);
  const sums = new Int32Array(memory.buffer, counters, 4 * steps);
  return [
    ...places.map((place) => new Float32Array(memory.buffer, place, means.length).slice()),
    Float32Array.from({ length: steps }, (_, t) => sums.subarray(4 * t, 4 * t + 4).reduce((a, b) => a + b)),
  ];
}

const choices: readonly (readonly [string, object])[] = [
  ['sigma-delta', { units: 127, spikes: 'graded' }],
  ['sigma-delta', { units: 1, spikes: 'unary' }],
  ['scale-and-fire', { units: 15, spikes: 'graded' }],
  ['scale-and-fire', { units: 4, spikes: 'unary' }],
  ['st-bif', { lowest: -2, highest: 3 }],
  ['few-spikes', { bits: 1 }],
  ['few-spikes', { bits: 8 }],
  ['few-spikes-function', { code: 'gelu-12' }],
  ['few-spikes-function', { code: 'sigmoid-12' }],
  ['burst', { levels: 8, base: 2, spikes: 2, rule: 'nearest' }],
  ['burst', { levels: 5, base: 3, spikes: 3, rule: 'floor' }],
  ['burst', { levels: 1, base: 2, spikes: 5, rule: 'nearest' }],
  ['time-to-first-spike', { window: 16, kernel: 'exponential', base: Math.SQRT2 }],
  ['time-to-first-spike', { window: 7, kernel: 'linear', base: 2 }],
];

/** Thresholds and means that float32 holds exactly, and means off every boundary: no comparison is near a tie. */
const anyCase = fc
  .record({
    steps: fc.constantFrom(1, 2, 4),
    count: fc.integer({ min: 1, max: 19 }),
    positive: fc.constantFrom(0.25, 1, 2),
    negative: fc.constantFrom(0.5, 1),
    deadZone: fc.constantFrom(0.5, 0.75, 3),
  })
  .chain(({ steps, count, positive, negative, deadZone }) => {
    const mean = fc.integer({ min: -12000, max: 12000 }).map((whole) => (whole + 0.37) / 256);
    return fc.array(mean, { minLength: steps * count, maxLength: steps * count }).map((means) => ({
      steps,
      means: Float32Array.from(means),
      parameters: {
        threshold: positive,
        thresholdPositive: positive,
        thresholdNegative: negative,
        deadZone,
      },
    }));
  });

/** Whether a change of the means by what float32 rounds changes what a neuron does. */
function isTie(neuron: AnyNeuron, each: Case, index: number): boolean {
  const count = each.means.length / each.steps;
  const outputs = (sign: number) => {
    const state = initialState(neuron, each.parameters, each.attributes);
    return Array.from({ length: each.steps }, (_, step) => {
      const mean = each.means[step * count + index]! + sign * 1e-4;
      return neuron.step({ mean, t: step + 1 }, state, each.parameters, each.attributes).toFixed(4);
    }).join();
  };
  return outputs(-1) !== outputs(1);
}

describe.each(choices)('the kernel of %s with %o', (name, attributes) => {
  const neuron = neuronNamed(name);
  const [fast, plain] = [kernelFor(neuron), referenceKernel(neuron)];

  it('does what the reference step does, spike for spike', () => {
    expect(kernels).toContain(fast);
    fc.assert(
      fc.property(anyCase, (made) => {
        const each = { ...made, attributes };
        const [expected, got] = [run(plain, each), run(fast, each)];
        const count = each.means.length / each.steps;
        const ties = Array.from({ length: count }, (_, i) => isTie(neuron, each, i));
        for (const [k, values] of expected.slice(0, 3).entries()) {
          for (const [i, value] of values.entries()) {
            // Neurons that emit one spike a step at most write no numbers.
            if (ties[i % count] || (k === 2 && neuron.spikeCount === undefined)) continue;
            expect(Math.abs(got[k]![i]! - value)).toBeLessThanOrEqual(1e-4);
          }
        }
        if (!ties.includes(true)) expect(got[3]).toEqual(expected[3]);
      }),
      { numRuns: 100 },
    );
  });
});
