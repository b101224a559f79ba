import { type InputBatch, type InputTensor, isNamed } from '../graph/input-batch.ts';
import type { TypedNumbers } from '../graph/typed-view.ts';

/** Every element type lies at a multiple of this. */
const alignment = 8;

/** Memory for one batch at a time. A new array for each would be much garbage, and collecting it costs time. */
export class BatchMemory {
  readonly #allocate: (bytes: number) => ArrayBuffer | SharedArrayBuffer;
  #buffer: ArrayBuffer | SharedArrayBuffer = new ArrayBuffer(0);

  constructor(allocate: (bytes: number) => ArrayBuffer | SharedArrayBuffer) {
    this.#allocate = allocate;
  }

  /** A copy of the batch, in the element types that it has; it holds until the next one. */
  copy(batch: InputBatch): InputBatch {
    const named = isNamed(batch) ? Object.entries(batch.inputs) : [['', batch] as const];
    let bytes = 0;
    const placed = named.map(([name, tensor]) => {
      const offset = Math.ceil(bytes / alignment) * alignment;
      bytes = offset + tensor.data.byteLength;
      return { name, tensor, offset };
    });
    if (this.#buffer.byteLength < bytes) this.#buffer = this.#allocate(bytes);
    const copies = placed.map(({ name, tensor, offset }) => [name, this.#put(tensor, offset)] as const);
    return isNamed(batch) ? { ...batch, inputs: Object.fromEntries(copies) } : copies[0]![1];
  }

  #put({ shape, data }: InputTensor, offset: number): InputTensor {
    const Numbers = data.constructor as new (
      buffer: ArrayBuffer | SharedArrayBuffer,
      offset: number,
      length: number,
    ) => TypedNumbers;
    const copied = new Numbers(this.#buffer, offset, data.length);
    // Both hold numbers of one type.
    (copied as Float64Array).set(data as Float64Array);
    return { shape, data: copied };
  }
}
