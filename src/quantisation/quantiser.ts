import type { WeightedValue } from '../calibration/activation-histogram.ts';

/** Uniform quantisation of activations to b bits: q = clip(round(x / scale) + zeroPoint, 0, 2^b − 1). */
export interface Quantiser {
  readonly bits: number;
  readonly scale: number;
  /** The number that stands for 0, in 0…2^b − 1. */
  readonly zeroPoint: number;
}

/** What a number becomes when it is quantised and read again: (q − zeroPoint)·scale. */
export function quantise(value: number, { bits, scale, zeroPoint }: Quantiser): number {
  const code = Math.min(Math.max(Math.round(value / scale) + zeroPoint, 0), 2 ** bits - 1);
  return (code - zeroPoint) * scale;
}

/** Fractions of the range that are tried, and how much finer they are in the later rounds. */
const fractions = Array.from({ length: 24 }, (_, i) => 0.86 ** i);
const finer = Array.from({ length: 9 }, (_, i) => 1.04 ** (i - 4));

/**
 * The quantiser of b bits with the smallest squared error on the activations, Σ count·(quantised(x) − x)². Both ends of
 * the range are searched, first shrunk together, then each on its own, coarsely and finely; the range contains 0, which
 * is represented exactly.
 *
 * @param values activations, as bins with their counts
 */
export function fitQuantiser(values: readonly WeightedValue[], bits: number): Quantiser {
  const low = values.reduce((min, { value }) => Math.min(min, value), 0);
  const high = values.reduce((max, { value }) => Math.max(max, value), 0);
  if (low === high) return { bits, scale: 1, zeroPoint: 0 };
  let best = candidate(values, bits, low, high);
  const consider = (lows: readonly number[], highs: readonly number[]) => {
    const { low: from, high: to } = best;
    const pairs: readonly (readonly [number, number])[] =
      lows.length === 1 ? highs.map((b) => [lows[0]!, b]) : lows.map((a, i) => [a, highs[i] ?? highs[0]!]);
    for (const [a, b] of pairs) {
      const next = candidate(values, bits, from * a, to * b);
      if (next.error < best.error) best = next;
    }
  };
  consider(fractions, fractions);
  for (const factors of [fractions, finer, finer]) {
    if (low < 0) consider(factors, [1]);
    if (high > 0) consider([1], factors);
  }
  return best.quantiser;
}

function candidate(values: readonly WeightedValue[], bits: number, low: number, high: number) {
  const scale = (high - low) / (2 ** bits - 1);
  const quantiser = { bits, scale, zeroPoint: Math.round((0 - low) / scale) };
  let error = 0;
  for (const { value, count } of values) error += count * (quantise(value, quantiser) - value) ** 2;
  return { low, high, quantiser, error };
}
