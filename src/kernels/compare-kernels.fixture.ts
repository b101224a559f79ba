import { expect } from 'vitest';
import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { initialState } from '../dynamics/initial-state.ts';
import { fc } from '../properties.fixture.ts';
import { webAssembly } from '../web-assembly.ts';
import { KernelModule, moduleBytes } from './kernel-module.ts';
import type { AnyNeuronKernel } from './neuron-kernel.ts';
import { referenceKernel } from './reference-kernel.ts';

export const memory = new webAssembly.Memory({ initial: 16 });
export const module = new KernelModule(memory);
export const counters = moduleBytes;
export const data = 65536;

/** What a run of neurons makes. */
export interface Outcome {
  decoded: Float32Array;
  spikes: Float32Array;
  /** Spikes per step. */
  counts: number[];
}

/** A run of neurons. */
export interface Case {
  means: Float32Array;
  steps: number;
  parameters: Parameters;
  attributes: unknown;
  /** The same means at every step. */
  still?: boolean;
  withoutSpikes?: boolean;
}

/** Runs a kernel on means that lie at `data`. */
export function run(
  kernel: AnyNeuronKernel,
  { means, steps, parameters, attributes, ...form }: Case,
): Outcome {
  const count = form.still ? means.length : means.length / steps;
  const size = 4 * count * steps;
  const [decoded, spikes] = [data + size + 64, data + 2 * size + 128];
  new Float32Array(memory.buffer, data, means.length).set(means);
  new Float32Array(memory.buffer, decoded, count * steps).fill(Number.NaN);
  new Int32Array(memory.buffer, counters, 4 * steps).fill(0);
  kernel.run(
    module,
    {
      means: data,
      meansStride: form.still ? 0 : 4 * count,
      decoded,
      spikes: form.withoutSpikes ? 0 : spikes,
      counts: 0,
      bytes: 0,
      stride: 4 * count,
      count,
      steps,
      parameters,
      counters,
      state: 0,
      elapsed: 0,
    },
    attributes,
  );
  const lanes = [...new Int32Array(memory.buffer, counters, 4 * steps)];
  return {
    decoded: new Float32Array(memory.buffer, decoded, count * steps).slice(),
    spikes: new Float32Array(memory.buffer, spikes, form.withoutSpikes ? 0 : count * steps).slice(),
    counts: Array.from({ length: steps }, (_, t) => lanes.slice(4 * t, 4 * t + 4).reduce((a, b) => a + b, 0)),
  };
}

/** Steps at which the potential lies so near a boundary that rounding decides are left out of the comparison. */
function isTie(neuron: AnyNeuron, each: Case, index: number, count: number): boolean {
  const spikesOf = (sign: number) => {
    const state = initialState(neuron, each.parameters, each.attributes);
    return Array.from({ length: each.steps }, (_, step) => {
      const exact = each.means[(each.still ? 0 : step * count) + index]!;
      const mean = exact + sign * (1e-5 * Math.abs(exact) + rounding(neuron, each));
      return neuron.step({ mean, t: step + 1 }, state, each.parameters, each.attributes);
    }).join();
  };
  return spikesOf(-1) !== spikesOf(1);
}

/** What float32 may lose when spikes of the largest level, or charges t·x̄, are added up and taken away again. */
function rounding(neuron: AnyNeuron, { means, steps, parameters, attributes }: Case): number {
  const spike = neuron.levels(attributes).at(-1)! * Math.max(...Object.values(parameters));
  const mean = means.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0);
  return steps * (3e-7 * spike + 1.2e-7 * mean);
}

/** A kernel does what the reference step does, but for ties. */
export function expectSame(neuron: AnyNeuron, kernel: AnyNeuronKernel, each: Case): void {
  const [expected, got] = [run(referenceKernel(neuron), each), run(kernel, each)];
  const count = expected.decoded.length / each.steps;
  let ties = 0;
  for (let i = 0; i < count; i++) {
    if (isTie(neuron, each, i, count)) {
      ties++;
      continue;
    }
    for (let at = i; at < expected.decoded.length; at += count) {
      const tolerance = rounding(neuron, each) + 1e-5 * Math.abs(expected.decoded[at]!);
      expect(Math.abs(got.decoded[at]! - expected.decoded[at]!)).toBeLessThanOrEqual(tolerance);
      if (!each.withoutSpikes)
        expect(Math.abs(got.spikes[at]! - expected.spikes[at]!)).toBeLessThanOrEqual(tolerance);
    }
  }
  for (const [t, spikes] of got.counts.entries()) {
    expect(Math.abs(spikes - expected.counts[t]!)).toBeLessThanOrEqual(ties);
  }
}

/** Any usual threshold. */
export const threshold = fc.float({ min: Math.fround(0.01), max: 4, noNaN: true });
