import { ConversionError } from '../errors.ts';
import { kthSmallest } from './kth-smallest.ts';
import type { Observer } from './observer.ts';

/**
 * Averages quantiles over batches: for each batch the k-th smallest activation with k = ⌊p·numel⌋ counting from 1,
 * all batches weighing the same. This is the calibration of ECMT's reference code.
 */
export class QuantileObserver implements Observer {
  readonly #fractions: readonly number[];
  readonly #sums: number[];
  #batches = 0;

  /** @param fractions the wanted quantiles, each in (0, 1) */
  constructor(fractions: readonly number[]) {
    this.#fractions = fractions;
    this.#sums = fractions.map(() => 0);
  }

  observe(values: Float32Array): void {
    const scratch = Float32Array.from(values);
    for (const [i, fraction] of this.#fractions.entries()) {
      const k = Math.min(Math.max(Math.trunc(fraction * scratch.length), 1), scratch.length);
      this.#sums[i]! += kthSmallest(scratch, k);
    }
    this.#batches++;
  }

  /** The averaged quantiles, in the order of the fractions. @throws ConversionError before the first batch */
  quantiles(): number[] {
    if (this.#batches === 0) {
      throw new ConversionError({
        where: 'calibration',
        expected: 'at least one batch',
        got: 'none',
        remedy: 'Give calibration data',
      });
    }
    return this.#sums.map((sum) => sum / this.#batches);
  }
}
