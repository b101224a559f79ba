import { scaleAndFire } from '../neurons/scale-and-fire.ts';
import { defineKernel } from './define-kernel.ts';

/** Scale-and-fire neurons, in the order of operations of their lowering. */
export const scaleAndFireKernel = defineKernel({
  neuron: scaleAndFire,
  function: 'uniformUnits',
  settings: ({ thresholdPositive, thresholdNegative }, { units, spikes }) => ({
    differential: 0,
    thresholdPositive,
    thresholdNegative,
    units,
    mostSpikes: spikes === 'unary' ? units : 1,
  }),
});
