import { ConversionError } from '../errors.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Observer } from './observer.ts';

/** Smallest range: a channel that never changes must not get the window 0. */
const smallestRange = 1e-6;

/** Lowest and highest numbers of an input: of each channel (axis 1) of pictures, of all together where there are two axes. */
export class RangeObserver implements Observer {
  #lowest: number[] = [];
  #highest: number[] = [];
  #rank = 0;

  observe(values: Float32Array, shape: readonly number[]): void {
    const channels = shape.length > 2 ? (shape[1] ?? 1) : 1;
    const area = shape.length > 2 ? sizeOf(shape.slice(2)) : values.length;
    if (this.#rank === 0) {
      this.#rank = shape.length;
      this.#lowest = new Array<number>(channels).fill(Number.POSITIVE_INFINITY);
      this.#highest = new Array<number>(channels).fill(Number.NEGATIVE_INFINITY);
    }
    for (const [i, value] of values.entries()) {
      const channel = Math.floor(i / area) % channels;
      if (value < (this.#lowest[channel] ?? 0)) this.#lowest[channel] = value;
      if (value > (this.#highest[channel] ?? 0)) this.#highest[channel] = value;
    }
  }

  /** Lowest numbers, and the ranges above them, at least 1e-6; broadcastable to the input. @throws ConversionError before the first batch */
  range(): { readonly lowest: Tensor; readonly range: Tensor } {
    if (this.#rank === 0) {
      throw new ConversionError({
        where: 'calibration',
        expected: 'at least one batch',
        got: 'none',
        remedy: 'Give calibration data',
      });
    }
    const channels = this.#lowest.length;
    const shape = channels === 1 ? [] : [channels, ...new Array<number>(this.#rank - 2).fill(1)];
    const ranges = this.#highest.map((high, c) => Math.max(high - (this.#lowest[c] ?? 0), smallestRange));
    return { lowest: Tensor.float64(shape, this.#lowest), range: Tensor.float64(shape, ranges) };
  }
}
