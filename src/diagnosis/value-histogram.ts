import type { Histogram } from '../results/traces.ts';

/** Width of a bin in units of ln(1 + |x|/scale): about 3.5 bins between neighbouring levels of base 2. */
const binWidth = 0.2;

/**
 * A histogram of signed values over many magnitudes: bins of equal width in sign(x)·ln(1 + |x|/scale), which is linear
 * near 0 and logarithmic beyond the scale. Exact zeros count to the bin above 0.
 */
export class ValueHistogram {
  readonly #scale: number;
  readonly #counts = new Map<number, number>();
  #total = 0;

  /** @param scale where the axis turns from linear to logarithmic; positive */
  constructor(scale: number) {
    this.#scale = scale;
  }

  add(value: number): void {
    const bin = Math.floor((Math.sign(value) * Math.log1p(Math.abs(value) / this.#scale)) / binWidth);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
    this.#total++;
  }

  result(): Histogram {
    if (this.#total === 0) return { edges: [0], shares: [] };
    const bins = [...this.#counts.keys()];
    const [first, last] = [Math.min(...bins), Math.max(...bins)];
    const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return {
      edges: [...numbers, last + 1].map((bin) => round(this.#edge(bin))),
      shares: numbers.map((bin) => round((this.#counts.get(bin) ?? 0) / this.#total)),
    };
  }

  #edge(bin: number): number {
    return Math.sign(bin) * this.#scale * Math.expm1(Math.abs(bin) * binWidth);
  }
}

/** Five digits are more than a drawing shows. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
