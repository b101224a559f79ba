import type { NeuronDefinition, Parameters, State } from './define-neuron.ts';
import { initialState } from './initial-state.ts';

/** Told of each step: its position in the sequence of means, the spike, the decoded value, and the number of spikes. */
export type OnStep = (position: number, spike: number, decoded: number, count: number) => void;

/** Where a neuron goes on from. */
export interface Beginning<S extends string = string> {
  readonly state: Readonly<State<S>>;
  /** Steps that came before: the first one is t = elapsed + 1. */
  readonly elapsed: number;
}

/**
 * Runs one neuron in float64 over a sequence of running means: its hidden steps, if it has any, and then the others
 * from t = 1.
 *
 * @param means running means, one a step, the hidden steps first
 * @param from state and time to go on from, for neurons without hidden steps. Default: the initial state, t = 0
 * @returns the state after the last step
 */
export function runNeuron<A, P extends string, S extends string>(
  neuron: NeuronDefinition<A, P, S>,
  attributes: A,
  parameters: Parameters<P>,
  means: Float64Array,
  onStep: OnStep,
  from?: Beginning<S>,
): State<S> {
  const { rehearsal, spikeCount } = neuron;
  const hidden = rehearsal?.steps(attributes) ?? 0;
  const adapted = rehearsal?.adapt(means.subarray(0, hidden), parameters, attributes) ?? parameters;
  let state: State<S> = from ? { ...from.state } : initialState(neuron, adapted, attributes);
  const elapsed = from?.elapsed ?? 0;
  for (let position = 0; position < means.length; position++) {
    if (position === hidden && hidden > 0) state = initialState(neuron, adapted, attributes);
    const t = elapsed + (position < hidden ? position + 1 : position + 1 - hidden);
    const spike = neuron.step({ mean: means[position]!, t }, state, adapted, attributes);
    const count = spikeCount === undefined ? Number(spike !== 0) : state[spikeCount];
    onStep(position, spike, neuron.decode(state, t), count);
  }
  return state;
}
