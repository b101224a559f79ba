import { sigmaDelta } from '../neurons/sigma-delta.ts';
import { defineKernel } from './define-kernel.ts';

/** Sigma-delta neurons: a spike changes the value that is held. In the order of operations of their lowering. */
export const sigmaDeltaKernel = defineKernel({
  neuron: sigmaDelta,
  function: 'uniformUnits',
  settings: ({ threshold }, { units, spikes }) => ({
    differential: 1,
    thresholdPositive: threshold,
    thresholdNegative: threshold,
    units,
    mostSpikes: spikes === 'unary' ? units : 1,
  }),
});
