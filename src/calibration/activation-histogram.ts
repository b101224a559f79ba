import type { Observer } from './observer.ts';

/** Bits of a float32 that pick the bin: sign, exponent and the upper 6 of its 23 fraction bits. */
const droppedBits = 17;
const binCount = 2 ** (32 - droppedBits);

/** A value with its multiplicity. */
export interface WeightedValue {
  readonly value: number;
  readonly count: number;
}

/**
 * Distribution of activations over bins that are at most 1.6 % wide, whatever the range: a bin is all float32
 * numbers that share sign, exponent and six fraction bits. Each bin keeps count and sum, so that its mean is exact.
 * Takes 0.4 MB a site, whatever the number of images.
 */
export class ActivationHistogram implements Observer {
  readonly #counts = new Float64Array(binCount);
  readonly #sums = new Float64Array(binCount);

  observe(values: Float32Array): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < values.length; i++) {
      const bin = bits[i]! >>> droppedBits;
      this.#counts[bin]!++;
      this.#sums[bin]! += values[i]!;
    }
  }

  /** The bins that hold anything, ascending by value. */
  values(): WeightedValue[] {
    const values: WeightedValue[] = [];
    for (let bin = 0; bin < binCount; bin++) {
      const count = this.#counts[bin]!;
      if (count > 0) values.push({ value: this.#sums[bin]! / count, count });
    }
    return values.sort((a, b) => a.value - b.value);
  }
}
