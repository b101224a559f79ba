import type { NeuronDefinition, Parameters } from '../dynamics/define-neuron.ts';
import { initialState } from '../dynamics/initial-state.ts';
import type { WeightedValue } from './activation-histogram.ts';

/**
 * Squared error of what a neuron decodes to after T steps of constant input, Σ count·(decoded_T(x) − x)², by its own
 * reference step.
 *
 * @returns the sum, or a part of it that is not below the limit: a candidate that is worse need not be known to the end
 */
export function squaredError<A, P extends string, S extends string>(
  values: readonly WeightedValue[],
  neuron: NeuronDefinition<A, P, S>,
  attributes: A,
  parameters: Parameters<P>,
  steps: number,
  limit: number,
): number {
  const start = initialState(neuron, parameters, attributes);
  let sum = 0;
  for (const { value, count } of values) {
    const state = { ...start };
    for (let t = 1; t <= steps; t++) neuron.step({ mean: value, t }, state, parameters, attributes);
    sum += count * (neuron.decode(state, steps) - value) ** 2;
    if (sum >= limit) break;
  }
  return sum;
}
