import type { LeakyIntegrateAndFireAttributes } from '../neurons/leaky-integrate-and-fire.ts';
import { defineKernel } from './neuron-kernel.ts';
import { runArguments } from './run-arguments.ts';

/** Leaky integrate-and-fire neurons, four at a time, in the order of operations of their lowering. */
export const leakyIntegrateAndFireKernel = defineKernel<LeakyIntegrateAndFireAttributes>({
  neuron: 'leaky-integrate-and-fire',
  run({ module }, run) {
    const { threshold, initialPotential, leak } = run.parameters;
    module.leakyIntegrateAndFire(...runArguments(run), threshold!, initialPotential!, leak!, run.counters);
  },
});
