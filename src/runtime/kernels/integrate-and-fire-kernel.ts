import type { IntegrateAndFireAttributes } from '../../neurons/integrate-and-fire.ts';
import { defineKernel } from './neuron-kernel.ts';

/** Integrate-and-fire neurons, four at a time, in the order of operations of their lowering. */
export const integrateAndFireKernel = defineKernel<IntegrateAndFireAttributes>({
  neuron: 'integrate-and-fire',
  run({ module }, run) {
    const { threshold, initialPotential, amplitude } = run.parameters;
    module.integrateAndFire(
      run.means,
      run.meansStride,
      run.decoded,
      run.spikes,
      run.stride,
      run.count,
      run.steps,
      threshold!,
      initialPotential!,
      amplitude!,
      run.counters,
    );
  },
});
