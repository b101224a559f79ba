import type { CountingRunArguments, RunArguments } from './kernel-module.ts';
import type { NeuronRun } from './neuron-kernel.ts';

/** Where a run reads and writes, in the order in which kernels take it. */
export function runArguments({
  means,
  meansStride,
  decoded,
  spikes,
  stride,
  count,
  steps,
}: NeuronRun): RunArguments {
  return [means, meansStride, decoded, spikes, stride, count, steps];
}

/** The same for kernels of neurons that may emit several spikes in a step. */
export function countingRunArguments({
  means,
  meansStride,
  decoded,
  spikes,
  counts = 0,
  stride,
  count,
  steps,
}: NeuronRun): CountingRunArguments {
  return [means, meansStride, decoded, spikes, counts, stride, count, steps];
}
