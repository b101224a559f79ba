import type { NeuronDefinition } from '../dynamics/define-neuron.ts';
import { requireThresholds } from '../dynamics/thresholds.ts';
import type { WeightedValue } from './activation-histogram.ts';
import { squaredError } from './squared-error.ts';

/** Two thresholds, for positive and for negative spikes. */
export interface ThresholdPair {
  readonly positive: number;
  readonly negative: number;
  /** Squared error of the decoded value divided by the mean square of the activations. */
  readonly relativeError: number;
}

/** Relative steps of the three rounds of the search, from coarse to fine. */
const gridRatios = [1.3, 1.06, 1.015] as const;

/** Grid points on each side of the best threshold so far in the two finer rounds. */
const reach = 6;

/**
 * The thresholds θ₊, θ₋ of a neuron that minimise the squared error of the decoded value after
 * T steps of constant input: Σ count·(decoded_T(x; θ₊, θ₋) − x)².
 *
 * Coordinate descent over geometric grids around each threshold: first all of the range from the largest activation
 * down to it divided by four times the largest level, then twice finer around the best.
 *
 * @param values the activations, as bins with their counts
 * @throws ConversionError for a neuron that declares no thresholds
 */
export function fitThresholds<A, P extends string, S extends string>(
  values: readonly WeightedValue[],
  neuron: NeuronDefinition<A, P, S>,
  attributes: A,
  steps: number,
): ThresholdPair {
  const power = values.reduce((sum, { value, count }) => sum + count * value * value, 0);
  const largest = values.reduce((max, { value }) => Math.max(max, Math.abs(value)), 0);
  if (power === 0) return { positive: 1, negative: 1, relativeError: 0 };

  const { toParameters } = requireThresholds(neuron);
  const error = (above: number, below: number) =>
    squaredError(values, neuron, attributes, toParameters(above, below), steps);
  const smallest = largest / (4 * neuron.levels(attributes).at(-1)!);
  const [coarse, ...finer] = gridRatios;
  // θ₊ = θ₋ first: a good start for sites of both signs.
  let best = coarseGrid(smallest, 2 * largest, coarse)
    .map((both) => ({ positive: both, negative: both, error: error(both, both) }))
    .reduce(lower);
  for (const ratio of finer) {
    for (let round = 0; round < 2; round++) {
      best = fineGrid(best.positive, ratio)
        .map((positive) => ({ ...best, positive, error: error(positive, best.negative) }))
        .reduce(lower, best);
      best = fineGrid(best.negative, ratio)
        .map((negative) => ({ ...best, negative, error: error(best.positive, negative) }))
        .reduce(lower, best);
    }
  }
  return { positive: best.positive, negative: best.negative, relativeError: best.error / power };
}

function lower<C extends { error: number }>(a: C, b: C): C {
  return b.error < a.error ? b : a;
}

function coarseGrid(from: number, to: number, ratio: number): number[] {
  const count = Math.ceil(Math.log(to / from) / Math.log(ratio));
  return Array.from({ length: count + 1 }, (_, i) => from * ratio ** i);
}

function fineGrid(centre: number, ratio: number): number[] {
  return Array.from({ length: 2 * reach + 1 }, (_, i) => centre * ratio ** (i - reach));
}
