import type { WeightedValue } from './activation-histogram.ts';

/** Ratio of neighbouring thresholds that are tried. */
const gridRatio = 1.02;

/** The smallest threshold tried is this fraction of the largest activation. */
const smallestFraction = 1 / 64;

/**
 * The threshold of integrate-and-fire neurons with v(0) = θ/2 that minimises the squared error of the decoded value
 * after T steps of constant input, Σ count·(θ/T·clip(⌊x·T/θ + 1/2⌋, 0, T) − max(x, 0))², searched on a geometric grid
 * from the largest activation down to 1/64 of it.
 *
 * @param values activations as bins with their counts; negative ones decode to 0 and do not count
 */
export function fitRateThreshold(
  values: readonly WeightedValue[],
  steps: number,
): { readonly threshold: number; readonly relativeError: number } {
  const positive = values.filter(({ value }) => value > 0);
  const largest = positive.reduce((max, { value }) => Math.max(max, value), 0);
  if (largest === 0) return { threshold: 1e-6, relativeError: 0 };
  const power = positive.reduce((sum, { value, count }) => sum + count * value * value, 0);
  let best = { threshold: largest, error: squaredError(positive, largest, steps) };
  for (let threshold = largest / gridRatio; threshold > largest * smallestFraction; threshold /= gridRatio) {
    const error = squaredError(positive, threshold, steps);
    if (error < best.error) best = { threshold, error };
  }
  return { threshold: best.threshold, relativeError: best.error / power };
}

function squaredError(values: readonly WeightedValue[], threshold: number, steps: number): number {
  const unit = threshold / steps;
  let sum = 0;
  for (const { value, count } of values) {
    const level = Math.min(Math.floor(value / unit + 0.5), steps);
    sum += count * (level * unit - value) ** 2;
  }
  return sum;
}
