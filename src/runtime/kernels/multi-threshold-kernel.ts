import { firingBoundaries, type MultiThresholdAttributes } from '../../neurons/multi-threshold.ts';
import { defineKernel, type KernelMemory, type NeuronRun } from './neuron-kernel.ts';

/** Largest signed level that fits in a byte around 128. */
const byteTop = 127;

/**
 * Multi-threshold neurons. With base 2 the level comes from the exponent bits of the potential; any other base scans
 * the ladder. The potential is divided by the threshold by multiplying with the reciprocal, so where it lies within
 * one rounding of a boundary the neighbouring level may fire.
 */
export const multiThresholdKernel = defineKernel<MultiThresholdAttributes>({
  neuron: 'multi-threshold',
  run(memory, run, attributes) {
    if (attributes.base === 2) runPowersOfTwo(memory, run, attributes);
    else runLadder(memory, run, attributes);
  },
});

function runPowersOfTwo(
  { module }: KernelMemory,
  run: NeuronRun,
  attributes: MultiThresholdAttributes,
): void {
  const { thresholdPositive, thresholdNegative } = run.parameters;
  const top = 2 ** (attributes.levels - 1);
  module.multiThreshold(
    attributes.rule === 'nearest' ? 1 : 0,
    run.means,
    run.meansStride,
    run.decoded,
    run.spikes,
    run.bytes,
    run.stride,
    run.count,
    run.steps,
    thresholdPositive!,
    thresholdNegative!,
    run.bytes ? Math.min(top, byteTop) : top,
    run.counters,
  );
}

function runLadder(memory: KernelMemory, run: NeuronRun, attributes: MultiThresholdAttributes): void {
  const { levels, base } = attributes;
  const { thresholdPositive, thresholdNegative } = run.parameters;
  const boundaries = new Float32Array(memory.memory.buffer, memory.table, levels);
  boundaries.set(firingBoundaries(attributes));
  const ladder = new Float32Array(memory.memory.buffer, memory.table + boundaries.byteLength, levels);
  ladder.set(Array.from({ length: levels }, (_, k) => base ** k));
  memory.module.multiThresholdLadder(
    boundaries.byteOffset,
    ladder.byteOffset,
    levels,
    run.means,
    run.meansStride,
    run.decoded,
    run.spikes,
    run.stride,
    run.count,
    run.steps,
    thresholdPositive!,
    thresholdNegative!,
    run.counters,
  );
}
