import { currentBased } from '../neurons/current-based.ts';
import { defineKernel } from './define-kernel.ts';

/** Current-based neurons, in the order of operations of their lowering. */
export const currentBasedKernel = defineKernel({
  neuron: currentBased,
  function: 'currentBased',
  settings: (parameters, { reset }) => ({ ...parameters, subtracts: Number(reset === 'subtract') }),
});
