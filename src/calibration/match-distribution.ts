import type { WeightedValue } from './activation-histogram.ts';

/** Threshold and spike amplitude that were found, both in units of the activation. */
export interface MatchedNeuron {
  readonly threshold: number;
  readonly amplitude: number;
  /** Squared error of the decoded value divided by the mean square of the activations. */
  readonly relativeError: number;
}

/** How β follows from the activations for a given threshold. */
export type AmplitudeRule = 'match-mean' | 'least-squares';

/** Step and largest value of β. */
const amplitudeGrid = { step: 0.01, largest: 2 } as const;

/**
 * Threshold α·μ and spike amplitude β·α·μ of integrate-and-fire neurons with v(0) = 0 so that their output after T steps
 * of constant input, β·α·μ/T·clip(⌊x·T/(α·μ)⌋, 0, T), is distributed like the activation x. α·μ runs through the
 * percentiles of the positive activations and their bound μ, β through 0, 0.01 … 2.
 *
 * Rule `match-mean`: β makes the mean output that of the activations; of all such pairs the one with the least squared
 * error counts. Rule `least-squares`: the pair with the least squared error.
 *
 * @param values activations as bins with their counts, ascending; negative ones have output 0 and do not count
 */
export function matchDistribution(
  values: readonly WeightedValue[],
  steps: number,
  rule: AmplitudeRule,
): MatchedNeuron {
  const positive = values.filter(({ value }) => value > 0);
  const power = positive.reduce((sum, { value, count }) => sum + count * value * value, 0);
  let best = { threshold: 1e-6, amplitude: 1e-6, error: Number.POSITIVE_INFINITY };
  for (const threshold of percentiles(positive)) {
    const found = matchAmplitude(positive, threshold, steps, rule);
    if (found.error < best.error) best = { threshold, ...found };
  }
  const { threshold, amplitude } = best;
  return { threshold, amplitude, relativeError: power === 0 ? 0 : best.error / power };
}

/** The percentiles 1, 2 … 100. */
function percentiles(values: readonly WeightedValue[]): Set<number> {
  const total = values.reduce((sum, { count }) => sum + count, 0);
  const found = new Set<number>();
  let seen = 0;
  let percent = 1;
  for (const { value, count } of values) {
    seen += count;
    for (; percent <= 100 && seen >= (total * percent) / 100; percent++) found.add(value);
  }
  return found;
}

function matchAmplitude(
  values: readonly WeightedValue[],
  threshold: number,
  steps: number,
  rule: AmplitudeRule,
): { amplitude: number; error: number } {
  let [sumX, sumK, sumXK, sumKK, sumXX] = [0, 0, 0, 0, 0];
  for (const { value: x, count } of values) {
    // Output at β = 1.
    const k = (Math.min(Math.floor((x * steps) / threshold), steps) * threshold) / steps;
    sumX += count * x;
    sumK += count * k;
    sumXK += count * x * k;
    sumKK += count * k * k;
    sumXX += count * x * x;
  }
  const ideal = rule === 'match-mean' ? sumX / sumK : sumXK / sumKK;
  const { step, largest } = amplitudeGrid;
  // A threshold that nothing reaches: β would be infinite.
  const beta = Number.isFinite(ideal) ? Math.min(Math.round(ideal / step) * step, largest) : largest;
  return { amplitude: beta * threshold, error: sumXX - 2 * beta * sumXK + beta * beta * sumKK };
}
