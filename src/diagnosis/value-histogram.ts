import type { Histogram } from '../results/traces.ts';

/** Width of a bin in units of ln(1 + |x|/scale): about 3.5 bins between neighbouring levels of base 2. */
const binWidth = 0.2;

/** Bins of each sign: what is float32 has its place, on whichever scale. */
const binsOfSign = 1024;

/**
 * A histogram of signed values over many magnitudes: bins of equal width in sign(x)·ln(1 + |x|/scale), which is linear
 * near 0 and logarithmic beyond the scale. Exact zeros count to the bin above 0.
 */
export class ValueHistogram {
  readonly #scale: number;
  readonly #counts = new Uint32Array(2 * binsOfSign);
  #total = 0;

  /** @param scale where the axis turns from linear to logarithmic; positive */
  constructor(scale: number) {
    this.#scale = scale;
  }

  add(value: number): void {
    const bins = Math.log1p(Math.abs(value) / this.#scale) / binWidth;
    const bin = Math.floor(value < 0 ? -bins : bins) + binsOfSign;
    this.#counts[Math.min(Math.max(bin, 0), this.#counts.length - 1)]!++;
    this.#total++;
  }

  result(): Histogram {
    if (this.#total === 0) return { edges: [0], shares: [] };
    const first = this.#counts.findIndex((count) => count > 0);
    const end = this.#counts.findLastIndex((count) => count > 0) + 1;
    const edges = Array.from({ length: end - first + 1 }, (_, i) => first + i - binsOfSign);
    return {
      edges: edges.map((bin) => round(this.#edge(bin))),
      shares: Array.from(this.#counts.subarray(first, end), (count) => round(count / this.#total)),
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
