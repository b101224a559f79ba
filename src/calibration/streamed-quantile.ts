import { linearQuantile } from './linear-quantile.ts';

/** Numbers that are kept whatever the quantile: with fewer, nothing is ever left out. */
const fewest = 4096;

/** Of the numbers above the quantile so far, how many times as many are kept: so much may the rest change it. */
const slack = 4;

/**
 * The quantile of a stream of numbers, linearly interpolated between neighbouring order statistics as in
 * {@link linearQuantile}. What counts is the whole stream: neither how it is cut into batches nor, while what is kept suffices,
 * its order matters. Keeps the largest numbers: all of a short stream, four times the upper tail of a long one, so that the
 * maximum is always exact, and a quantile unless more than three quarters of the tail lie in a beginning that was
 * already reduced.
 */
export class StreamedQuantile {
  readonly #quantile: number;
  #kept = new Float32Array(2 * fewest);
  #used = 0;
  #seen = 0;
  /** What is not larger is no longer kept: equal numbers below would give the same quantile. */
  #floor = Number.NEGATIVE_INFINITY;

  /** @param quantile in [0, 1] */
  constructor(quantile: number) {
    this.#quantile = quantile;
  }

  /** How many numbers there were. */
  get count(): number {
    return this.#seen;
  }

  add(value: number): void {
    this.#seen++;
    if (value <= this.#floor) return;
    if (this.#used === this.#kept.length) this.#reduce();
    this.#kept[this.#used++] = value;
  }

  /** The quantile of all numbers so far; there must be one. */
  value(): number {
    const kept = this.#kept.slice(0, this.#used);
    // Position from the top of all numbers, which is one from the top of those that are kept.
    const fromTop = Math.min((1 - this.#quantile) * (this.#seen - 1), kept.length - 1);
    const exact = this.#used === this.#seen ? this.#quantile : 1 - fromTop / (kept.length - 1);
    return linearQuantile(kept, kept.length === 1 ? 0 : exact);
  }

  /** Drops the smallest numbers, or makes room where too few are above the quantile. */
  #reduce(): void {
    const wanted = Math.max(fewest, Math.ceil(slack * (1 - this.#quantile) * this.#seen));
    const sorted = this.#kept.sort();
    const kept = sorted.subarray(Math.max(sorted.length - wanted, 0));
    if (kept.length < sorted.length) this.#floor = kept[0]!;
    this.#kept = new Float32Array(2 * Math.max(wanted, kept.length));
    this.#kept.set(kept);
    this.#used = kept.length;
  }
}
