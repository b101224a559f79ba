import type { NeuronDefinition, Parameters, State } from './define-neuron.ts';

/** The state of one neuron before its first step. */
export function initialState<A, P extends string, S extends string>(
  neuron: NeuronDefinition<A, P, S>,
  parameters: Parameters<P>,
  attributes: A,
): State<S> {
  const given = neuron.initialState?.(parameters, attributes);
  // Always in the same order, so that all states of a neuron have one shape and their fields are found at once.
  const state = {} as State<S>;
  for (const name of neuron.state) state[name] = given?.[name] ?? 0;
  return state;
}
