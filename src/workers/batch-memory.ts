import type { FloatTensor } from '../graph/float-tensor.ts';

/** Memory for one batch at a time. A new array for each would be much garbage, and collecting it costs time. */
export class BatchMemory {
  readonly #allocate: (bytes: number) => ArrayBuffer | SharedArrayBuffer;
  #numbers = new Float32Array();

  constructor(allocate: (bytes: number) => ArrayBuffer | SharedArrayBuffer) {
    this.#allocate = allocate;
  }

  /** A copy of the batch, in float32; it holds until the next one. */
  copy({ shape, data }: FloatTensor): FloatTensor {
    if (this.#numbers.length < data.length) {
      this.#numbers = new Float32Array(this.#allocate(4 * data.length) as ArrayBuffer);
    }
    const copied = this.#numbers.subarray(0, data.length);
    copied.set(data);
    return { shape, data: copied };
  }
}
