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
  const best = (candidates: readonly Pair[], start: Candidate) =>
    candidates.reduce<Candidate>((found, { positive, negative }) => {
      const parameters = toParameters(positive, negative);
      const error = squaredError(values, neuron, attributes, parameters, steps, found.error);
      return error < found.error ? { positive, negative, error } : found;
    }, start);
  const smallest = largest / (4 * neuron.levels(attributes).at(-1)!);
  const [coarse, ...finer] = gridRatios;
  // θ₊ = θ₋ first: a good start for sites of both signs.
  const equal = coarseGrid(smallest, 2 * largest, coarse).map((both) => ({ positive: both, negative: both }));
  let found = best(equal, { positive: largest, negative: largest, error: Number.POSITIVE_INFINITY });
  for (const ratio of finer) {
    for (let round = 0; round < 2; round++) {
      const { negative } = found;
      found = best(
        fineGrid(found.positive, ratio).map((positive) => ({ positive, negative })),
        found,
      );
      const { positive } = found;
      found = best(
        fineGrid(found.negative, ratio).map((negative) => ({ positive, negative })),
        found,
      );
    }
  }
  return { positive: found.positive, negative: found.negative, relativeError: found.error / power };
}

type Pair = Pick<ThresholdPair, 'positive' | 'negative'>;

/** Thresholds with their squared error. */
type Candidate = Pair & { readonly error: number };

function coarseGrid(from: number, to: number, ratio: number): number[] {
  const count = Math.ceil(Math.log(to / from) / Math.log(ratio));
  return Array.from({ length: count + 1 }, (_, i) => from * ratio ** i);
}

function fineGrid(centre: number, ratio: number): number[] {
  return Array.from({ length: 2 * reach + 1 }, (_, i) => centre * ratio ** (i - reach));
}
