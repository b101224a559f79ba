import type { Observer } from '../calibration/observer.ts';

/** Inputs of a batch that are looked at, evenly spread: neighbours are alike. */
const rowsOfBatch = 256;

/** Sums x·xᵀ over inputs x of an operator, which are the rows of what it reads. */
export class CorrelationObserver implements Observer {
  readonly #length: number;
  readonly #sums: Float64Array;

  /** @param length numbers of a row */
  constructor(length: number) {
    this.#length = length;
    this.#sums = new Float64Array(length * length);
  }

  observe(values: Float32Array): void {
    const [n, sums] = [this.#length, this.#sums];
    const rows = values.length / n;
    const stride = Math.max(1, Math.ceil(rows / rowsOfBatch));
    for (let row = 0; row < rows; row += stride) {
      const x = values.subarray(row * n, (row + 1) * n);
      for (let i = 0; i < n; i++) {
        const own = x[i]!;
        if (own === 0) continue;
        for (let j = 0; j <= i; j++) sums[i * n + j]! += own * x[j]!;
      }
    }
  }

  /** The sums, [n, n]. */
  finish(): Float64Array {
    const [n, sums] = [this.#length, this.#sums];
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sums[j * n + i] = sums[i * n + j]!;
    return sums;
  }
}
