import type { ChargeAlignedAttributes } from '../neurons/charge-aligned.ts';
import { defineKernel } from './neuron-kernel.ts';
import { runArguments } from './run-arguments.ts';

/** Charge-aligned neurons, four at a time. */
export const chargeAlignedKernel = defineKernel<ChargeAlignedAttributes>({
  neuron: 'charge-aligned',
  run({ module }, run) {
    const { threshold, kappa } = run.parameters;
    module.chargeAligned(...runArguments(run), threshold!, kappa!, run.counters);
  },
});
