import { fewSpikesTables } from '../dynamics/few-spikes-tables.ts';
import { fewSpikesFunction } from '../neurons/few-spikes-function.ts';
import { defineKernel } from './define-kernel.ts';

/** Few-spikes neurons that compute an activation function, in the order of their lowering. */
export const fewSpikesFunctionKernel = defineKernel({
  neuron: fewSpikesFunction,
  function: 'fewSpikesFunction',
  settings(_parameters, { code }) {
    const { thresholds, resets, worths } = fewSpikesTables[code];
    return { thresholds, resets, worths, length: thresholds.length };
  },
});
