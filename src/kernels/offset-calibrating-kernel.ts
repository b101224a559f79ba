import { offsetCalibrating } from '../neurons/offset-calibrating.ts';
import { defineKernel } from './define-kernel.ts';

/** Neurons that calibrate their initial potential in hidden steps; a run holds those first. */
export const offsetCalibratingKernel = defineKernel({
  neuron: offsetCalibrating,
  function: 'offsetCalibrating',
  settings: (parameters, { hiddenSteps: hidden, iterations, judged }) => ({
    ...parameters,
    hidden,
    iterations,
    judgesFirst: Number(judged === 'first'),
  }),
});
