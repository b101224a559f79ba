import { chargeAligned } from '../neurons/charge-aligned.ts';
import { defineKernel } from './define-kernel.ts';

/** Spikes a step that no neuron reaches. */
const unbounded = 1e30;

/** Charge-aligned neurons. */
export const chargeAlignedKernel = defineKernel({
  neuron: chargeAligned,
  function: 'chargeAligned',
  settings: (parameters, { bounded, extraSpikes: extra }) => ({
    ...parameters,
    most: bounded ? 1 : unbounded,
    extra,
  }),
});
