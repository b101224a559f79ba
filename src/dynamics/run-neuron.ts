import type { NeuronDefinition, Parameters } from './define-neuron.ts';

/** Told of each step: its position in the sequence of means, the spike, the decoded value, and the number of spikes. */
export type OnStep = (position: number, spike: number, decoded: number, count: number) => void;

/**
 * Runs one neuron in float64 over a sequence of running means: its hidden steps, if it has any, and then the others
 * from t = 1.
 *
 * @param means running means, one a step, the hidden steps first
 */
export function runNeuron<A>(
  neuron: NeuronDefinition<A>,
  attributes: A,
  parameters: Parameters,
  means: Float64Array,
  onStep: OnStep,
): void {
  const { rehearsal } = neuron;
  const hidden = rehearsal?.steps(attributes) ?? 0;
  const adapted = rehearsal?.adapt(means.subarray(0, hidden), parameters, attributes) ?? parameters;
  const initial = neuron.initialState?.(adapted, attributes) ?? {};
  const state = new Float64Array(neuron.state.length);
  const counter = neuron.spikeCount === undefined ? -1 : neuron.state.indexOf(neuron.spikeCount);
  for (let position = 0; position < means.length; position++) {
    const t = position < hidden ? position + 1 : position + 1 - hidden;
    if (t === 1) for (const [k, name] of neuron.state.entries()) state[k] = initial[name] ?? 0;
    const spike = neuron.step({ mean: means[position]!, t }, state, adapted, attributes);
    const count = counter < 0 ? Number(spike !== 0) : state[counter]!;
    onStep(position, spike, neuron.decode(state, t), count);
  }
}
