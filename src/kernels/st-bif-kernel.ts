import { type StBifAttributes, stBif } from '../neurons/st-bif.ts';
import { defineKernel } from './neuron-kernel.ts';
import { runArguments } from './run-arguments.ts';

/** Ternary neurons with a spike tracer, four at a time, in the order of operations of their lowering. */
export const stBifKernel = defineKernel<StBifAttributes>({
  neuron: stBif.name,
  run({ module }, run, { lowest, highest }) {
    module.stBif(...runArguments(run), run.parameters.threshold!, lowest, highest, run.counters);
  },
});
