import type { NeuronDefinition, Parameters } from '../dynamics/define-neuron.ts';
import type { NeuronRecords } from './kernel-exports.ts';
import type { NeuronKernel } from './neuron-kernel.ts';

/** A neuron's kernel: which function runs it, and what that function is told. */
interface KernelDefinition<A, P extends string, F extends keyof NeuronRecords> {
  readonly neuron: NeuronDefinition<A, P>;
  /** Name of the function in assembly/index.ts. */
  readonly function: F;
  /** Variables of the function's state; default: those of the neuron. */
  readonly keptVariables?: number;
  /** What its record holds beside the run. */
  settings(parameters: Parameters<P>, attributes: A): NeuronRecords[F];
}

/** Declares a kernel. What the function's record does not hold, or holds under another name, does not compile. */
export function defineKernel<A, P extends string, F extends keyof NeuronRecords>({
  neuron,
  function: name,
  settings,
  keptVariables = neuron.state.length,
}: KernelDefinition<A, P, F>): NeuronKernel<A, P> {
  return {
    neuron: neuron.name,
    keptVariables,
    run: (module, run, attributes) => module.runNeurons(name, run, settings(run.parameters, attributes)),
  };
}
