import type { UniformUnits } from '../dynamics/uniform-units.ts';
import { sigmaDelta } from '../neurons/sigma-delta.ts';
import { defineKernel } from './neuron-kernel.ts';
import { runUniformUnits } from './uniform-units-kernel.ts';

/** Sigma-delta neurons, four at a time. */
export const sigmaDeltaKernel = defineKernel<UniformUnits>({
  neuron: sigmaDelta.name,
  run(memory, run, choices) {
    const threshold = run.parameters.threshold!;
    runUniformUnits(memory, run, choices, { differential: true, positive: threshold, negative: threshold });
  },
});
