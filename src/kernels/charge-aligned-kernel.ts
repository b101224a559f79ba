import { chargeAligned } from '../neurons/charge-aligned.ts';
import { defineKernel } from './define-kernel.ts';

/** Charge-aligned neurons. */
export const chargeAlignedKernel = defineKernel({
  neuron: chargeAligned,
  function: 'chargeAligned',
  settings: (parameters) => parameters,
});
