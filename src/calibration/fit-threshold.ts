import type { NeuronDefinition } from '../dynamics/define-neuron.ts';
import { requireThresholds } from '../dynamics/thresholds.ts';
import type { WeightedValue } from './activation-histogram.ts';
import { squaredError } from './squared-error.ts';

/** Ratios of neighbouring thresholds in the two rounds of the search. */
const gridRatios = { coarse: 1.15, fine: 1.015 } as const;

/** Grid points on each side of the best threshold of the first round: as far as its neighbours. */
const reach = 10;

/**
 * The threshold θ, for both signs, of a neuron that minimises the squared error of the decoded value
 * after T steps of constant input: Σ count·(decoded_T(x; θ) − x)². Searched on a geometric grid from twice the largest
 * activation down to where the neuron could tell it four times over, then more finely around the best.
 *
 * @param values the activations, as bins with their counts
 */
export function fitThreshold<A, P extends string, S extends string>(
  values: readonly WeightedValue[],
  neuron: NeuronDefinition<A, P, S>,
  attributes: A,
  steps: number,
): { readonly threshold: number; readonly relativeError: number } {
  const power = values.reduce((sum, { value, count }) => sum + count * value * value, 0);
  if (power === 0) return { threshold: 1, relativeError: 0 };
  const { toParameters } = requireThresholds(neuron);
  const largest = values.reduce((max, { value }) => Math.max(max, Math.abs(value)), 0);
  const smallest = largest / (4 * steps * neuron.levels(attributes).at(-1)!);
  const best = (grid: readonly number[], start: { readonly threshold: number; readonly error: number }) =>
    grid.reduce((found, threshold) => {
      const parameters = toParameters(threshold, threshold);
      const error = squaredError(values, neuron, attributes, parameters, steps, found.error);
      return error < found.error ? { threshold, error } : found;
    }, start);
  const none = { threshold: 2 * largest, error: Number.POSITIVE_INFINITY };
  const coarse = best(geometricGrid(2 * largest, smallest, gridRatios.coarse), none);
  const around = gridRatios.fine ** reach;
  const fine = geometricGrid(coarse.threshold * around, coarse.threshold / around, gridRatios.fine);
  const found = best(fine, coarse);
  return { threshold: found.threshold, relativeError: found.error / power };
}

function geometricGrid(from: number, to: number, ratio: number): number[] {
  const count = Math.ceil(Math.log(from / to) / Math.log(ratio));
  return Array.from({ length: count + 1 }, (_, i) => from / ratio ** i);
}
