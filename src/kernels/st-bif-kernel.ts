import { stBif } from '../neurons/st-bif.ts';
import { defineKernel } from './define-kernel.ts';

/** Ternary neurons with a spike tracer, in the order of operations of their lowering. */
export const stBifKernel = defineKernel({
  neuron: stBif,
  function: 'stBif',
  settings: ({ threshold }, { lowest, highest }) => ({ threshold, lowest, highest }),
});
