import { RuntimeError } from '../errors.ts';
import type { WasmMemory } from '../web-assembly.ts';

/** Where a record and the tables it refers to lie, in bytes. */
export interface RecordPlace {
  readonly address: number;
  readonly tables: number;
  readonly end: number;
}

/** Writes the record that a kernel is given. Offsets are in bytes from its beginning. */
export class RecordWriter {
  readonly #memory: WasmMemory;
  readonly #place: RecordPlace;
  #wholes: Int32Array;
  #numbers: Float32Array;
  #free: number;

  constructor(memory: WasmMemory, place: RecordPlace) {
    this.#memory = memory;
    this.#place = place;
    this.#wholes = new Int32Array(memory.buffer, place.address);
    this.#numbers = new Float32Array(memory.buffer, place.address);
    this.#free = place.tables;
  }

  /** Begins a record, in the place of the one before. */
  begin(): void {
    this.#free = this.#place.tables;
    // A memory that has grown leaves its old buffer empty.
    if (this.#wholes.length > 0) return;
    const { buffer } = this.#memory;
    this.#wholes = new Int32Array(buffer, this.#place.address);
    this.#numbers = new Float32Array(buffer, this.#place.address);
  }

  /** An integer or an address. */
  whole(offset: number, value: number): void {
    this.#wholes[offset >> 2] = value;
  }

  number(offset: number, value: number): void {
    this.#numbers[offset >> 2] = value;
  }

  /** The address of a table with these numbers. @throws RuntimeError if there is no room left */
  floats(offset: number, values: readonly number[]): void {
    const address = this.#free;
    this.#free += 4 * values.length;
    if (this.#free > this.#place.end) {
      throw new RuntimeError({
        where: 'the tables of a kernel',
        expected: `at most ${(this.#place.end - this.#place.tables) / 4} numbers`,
        got: `${(this.#free - this.#place.tables) / 4}`,
        remedy: 'Use a neuron with fewer levels',
      });
    }
    const numbers = this.#numbers;
    const first = (address - this.#place.address) >> 2;
    for (let i = 0; i < values.length; i++) numbers[first + i] = values[i]!;
    this.whole(offset, address);
  }
}
