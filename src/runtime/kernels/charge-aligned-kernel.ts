import type { ChargeAlignedAttributes } from '../../neurons/charge-aligned.ts';
import { defineKernel } from './neuron-kernel.ts';

/** Charge-aligned neurons, four at a time. */
export const chargeAlignedKernel = defineKernel<ChargeAlignedAttributes>({
  neuron: 'charge-aligned',
  run({ module }, run) {
    const { threshold, kappa } = run.parameters;
    module.chargeAligned(
      run.means,
      run.meansStride,
      run.decoded,
      run.spikes,
      run.stride,
      run.count,
      run.steps,
      threshold!,
      kappa!,
      run.counters,
    );
  },
});
