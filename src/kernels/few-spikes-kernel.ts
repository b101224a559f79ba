import { fewSpikes } from '../neurons/few-spikes.ts';
import { defineKernel } from './define-kernel.ts';

/** Few-spikes neurons with a binary code, in the order of operations of their lowering. */
export const fewSpikesKernel = defineKernel({
  neuron: fewSpikes,
  function: 'fewSpikes',
  settings: ({ thresholdPositive, thresholdNegative }, { bits, strict }) => ({
    offset: strict ? 0 : 0.5,
    strict: Number(strict),
    top: 2 ** (bits - 1),
    thresholdPositive,
    thresholdNegative,
  }),
});
