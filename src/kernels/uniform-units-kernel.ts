import type { UniformUnits } from '../dynamics/uniform-units.ts';
import type { KernelMemory, NeuronRun } from './neuron-kernel.ts';
import { countingRunArguments } from './run-arguments.ts';

/** What tells the neurons that emit whole units apart. */
export interface UniformForm {
  /** Whether a spike changes the value that is held, instead of adding to the running mean. */
  readonly differential: boolean;
  readonly positive: number;
  readonly negative: number;
}

/** Runs neurons that emit whole units of a threshold, four at a time, in the order of operations of their lowering. */
export function runUniformUnits(
  { module }: KernelMemory,
  run: NeuronRun,
  { units, spikes }: UniformUnits,
  { differential, positive, negative }: UniformForm,
): void {
  module.uniformUnits(
    Number(differential),
    Number(spikes === 'unary'),
    ...countingRunArguments(run),
    positive,
    negative,
    units,
    run.counters,
  );
}
