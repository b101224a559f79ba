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
  const code = Math.min(Math.max(Math.round(value / scale) + zeroPoint, 0), (1 << bits) - 1);
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
  const bins = new Bins(values);
  let best = { low, high, ...bins.fit(bits, low, high) };
  const consider = (lows: readonly number[], highs: readonly number[]) => {
    const { low: from, high: to } = best;
    const pairs: readonly (readonly [number, number])[] =
      lows.length === 1 ? highs.map((b) => [lows[0]!, b]) : lows.map((a, i) => [a, highs[i] ?? highs[0]!]);
    for (const [a, b] of pairs) {
      const next = bins.fit(bits, from * a, to * b, best.error);
      if (next.error < best.error) best = { low: from * a, high: to * b, ...next };
    }
  };
  consider(fractions, fractions);
  for (const factors of [fractions, finer, finer]) {
    if (low < 0) consider(factors, [1]);
    if (high > 0) consider([1], factors);
  }
  return best.quantiser;
}

/** Activations as plain arrays: each is quantised some hundred times. */
class Bins {
  readonly #values: Float64Array;
  readonly #counts: Float64Array;

  constructor(values: readonly WeightedValue[]) {
    this.#values = Float64Array.from(values, ({ value }) => value);
    this.#counts = Float64Array.from(values, ({ count }) => count);
  }

  /** The quantiser of this range with its squared error, or with a part of it that is not below the limit. */
  fit(bits: number, low: number, high: number, limit = Number.POSITIVE_INFINITY) {
    const scale = (high - low) / (2 ** bits - 1);
    const quantiser: Quantiser = { bits, scale, zeroPoint: Math.round((0 - low) / scale) };
    return { quantiser, error: this.#squaredError(quantiser, limit) };
  }

  #squaredError(quantiser: Quantiser, limit: number): number {
    const [values, counts] = [this.#values, this.#counts];
    let error = 0;
    for (let i = 0; i < values.length && !(error >= limit); i++) {
      const value = values[i]!;
      error += counts[i]! * (quantise(value, quantiser) - value) ** 2;
    }
    return error;
  }
}
