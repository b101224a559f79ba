import { fewSpikesTables } from '../dynamics/few-spikes-tables.ts';
import { type FewSpikesFunctionAttributes, fewSpikesFunction } from '../neurons/few-spikes-function.ts';
import { defineKernel } from './neuron-kernel.ts';
import { countingRunArguments } from './run-arguments.ts';

/** Few-spikes neurons that compute an activation function, four at a time, in the order of their lowering. */
export const fewSpikesFunctionKernel = defineKernel<FewSpikesFunctionAttributes>({
  neuron: fewSpikesFunction.name,
  run({ memory, module, table }, run, { code }) {
    const { thresholds, resets, worths } = fewSpikesTables[code];
    const numbers = [...thresholds, ...resets, ...worths];
    new Float32Array(memory.buffer, table, numbers.length).set(numbers);
    module.fewSpikesFunction(table, thresholds.length, ...countingRunArguments(run), run.counters);
  },
});
