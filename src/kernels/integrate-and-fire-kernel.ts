import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { defineKernel } from './define-kernel.ts';

/** Integrate-and-fire neurons, in the order of operations of their lowering. */
export const integrateAndFireKernel = defineKernel({
  neuron: integrateAndFire,
  function: 'integrateAndFire',
  settings: (parameters) => parameters,
});
