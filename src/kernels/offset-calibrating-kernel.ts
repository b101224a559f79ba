import type { OffsetCalibratingAttributes } from '../neurons/offset-calibrating.ts';
import { defineKernel } from './neuron-kernel.ts';
import { runArguments } from './run-arguments.ts';

/** Neurons that calibrate their initial potential in hidden steps; a run holds those first. */
export const offsetCalibratingKernel = defineKernel<OffsetCalibratingAttributes>({
  neuron: 'offset-calibrating',
  run({ module }, run, { hiddenSteps, iterations }) {
    const { threshold, initialPotential, amplitude } = run.parameters;
    module.offsetCalibrating(
      hiddenSteps,
      iterations,
      ...runArguments({ ...run, steps: run.steps - hiddenSteps }),
      threshold!,
      initialPotential!,
      amplitude!,
      run.counters,
    );
  },
});
