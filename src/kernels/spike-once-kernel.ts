import { exponentialCode, spikeOnce } from '../neurons/spike-once.ts';
import { defineKernel } from './define-kernel.ts';

const codes = { linear: 0, exponential: 1, continuous: 2 } as const;

/** Neurons that spike once, in the order of their lowering. */
export const spikeOnceKernel = defineKernel({
  neuron: spikeOnce,
  function: 'spikeOnce',
  settings(parameters, { code, slotsPerOctave }) {
    const { worths, bounds, lastBounds } = exponentialCode(slotsPerOctave);
    return { ...parameters, code: codes[code], worths, bounds, lastBounds, most: worths.length };
  },
});
