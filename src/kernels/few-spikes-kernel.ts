import { type FewSpikesAttributes, fewSpikes } from '../neurons/few-spikes.ts';
import { defineKernel } from './neuron-kernel.ts';
import { countingRunArguments } from './run-arguments.ts';

/** Few-spikes neurons with a binary code, four at a time, in the order of operations of their lowering. */
export const fewSpikesKernel = defineKernel<FewSpikesAttributes>({
  neuron: fewSpikes.name,
  run({ module }, run, { bits }) {
    const { thresholdPositive, thresholdNegative } = run.parameters;
    module.fewSpikes(
      ...countingRunArguments(run),
      thresholdPositive!,
      thresholdNegative!,
      2 ** (bits - 1),
      run.counters,
    );
  },
});
