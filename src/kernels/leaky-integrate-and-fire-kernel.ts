import { leakyIntegrateAndFire } from '../neurons/leaky-integrate-and-fire.ts';
import { defineKernel } from './define-kernel.ts';

/** Leaky integrate-and-fire neurons, in the order of operations of their lowering. */
export const leakyIntegrateAndFireKernel = defineKernel({
  neuron: leakyIntegrateAndFire,
  function: 'leakyIntegrateAndFire',
  settings: (parameters, { fires, order }) => ({
    ...parameters,
    exceeding: Number(fires === 'exceeding'),
    delayed: Number(order === 'delayed'),
  }),
});
