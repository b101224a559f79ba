import type { IntegrateAndFireAttributes } from '../neurons/integrate-and-fire.ts';
import { defineKernel } from './neuron-kernel.ts';
import { runArguments } from './run-arguments.ts';

/** Integrate-and-fire neurons, four at a time, in the order of operations of their lowering. */
export const integrateAndFireKernel = defineKernel<IntegrateAndFireAttributes>({
  neuron: 'integrate-and-fire',
  run({ module }, run) {
    const { threshold, initialPotential, amplitude } = run.parameters;
    module.integrateAndFire(...runArguments(run), threshold!, initialPotential!, amplitude!, run.counters);
  },
});
