import type { UniformUnits } from '../dynamics/uniform-units.ts';
import { scaleAndFire } from '../neurons/scale-and-fire.ts';
import { defineKernel } from './neuron-kernel.ts';
import { runUniformUnits } from './uniform-units-kernel.ts';

/** Scale-and-fire neurons, four at a time. */
export const scaleAndFireKernel = defineKernel<UniformUnits>({
  neuron: scaleAndFire.name,
  run(memory, run, choices) {
    const { thresholdPositive, thresholdNegative } = run.parameters;
    const thresholds = { positive: thresholdPositive!, negative: thresholdNegative! };
    runUniformUnits(memory, run, choices, { differential: false, ...thresholds });
  },
});
