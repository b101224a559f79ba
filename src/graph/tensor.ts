import { GraphError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { castNumbers } from './cast-numbers.ts';
import { bytesPerElement, type DataType } from './data-type.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';
import { sizeOf } from './shape.ts';
import { type TypedNumbers, type TypedView, typedViews } from './typed-view.ts';

/** Little-endian bytes in memory; the view may start at any offset. */
export interface MemoryStorage {
  readonly kind: 'memory';
  readonly bytes: Uint8Array;
}

/** A stretch of a file or the like that holds little-endian bytes; it is read only when the numbers are asked for. */
export interface ExternalStorage {
  readonly kind: 'external';
  readonly source: ByteSource;
  /** First byte. */
  readonly offset: number;
  /** Number of bytes. */
  readonly length: number;
}

export type Storage = MemoryStorage | ExternalStorage;

/**
 * A constant of a graph: element type, shape and a place where its bytes are.
 * Tensors are immutable; large weights stay in their file.
 */
export class Tensor {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly storage: Storage;

  /** @throws GraphError if the storage does not hold exactly the bytes that type and shape ask for. */
  constructor(dataType: DataType, shape: readonly number[], storage: Storage) {
    this.dataType = dataType;
    this.shape = shape;
    this.storage = storage;
    const found = storage.kind === 'memory' ? storage.bytes.byteLength : storage.length;
    if (found !== this.byteLength) {
      throw new GraphError({
        where: `tensor ${dataType}[${shape.join(',')}]`,
        expected: `${this.byteLength} bytes`,
        got: `${found}`,
        remedy: 'The file is damaged or truncated; export or download it again',
      });
    }
  }

  /** A float32 tensor from numbers. */
  static float32(shape: readonly number[], values: ArrayLike<number>): Tensor {
    return fromArray('float32', shape, new Float32Array(values));
  }

  /** A float64 tensor from numbers. */
  static float64(shape: readonly number[], values: ArrayLike<number>): Tensor {
    return fromArray('float64', shape, new Float64Array(values));
  }

  /** An int64 tensor from integers. */
  static int64(shape: readonly number[], values: readonly number[]): Tensor {
    return fromArray('int64', shape, BigInt64Array.from(values, toInt64));
  }

  /** A tensor of any element type from numbers that it holds. */
  static of(dataType: DataType, shape: readonly number[], values: TypedNumbers): Tensor {
    return fromArray(dataType, shape, castNumbers(values, dataType));
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of bytes. */
  get byteLength(): number {
    return this.size * bytesPerElement(this.dataType);
  }

  /** The raw little-endian bytes; read from the file if that is where they are. */
  bytes(): Uint8Array {
    if (this.storage.kind === 'memory') return this.storage.bytes;
    const { source, offset, length } = this.storage;
    return source.read(offset, length);
  }

  /** The elements as float64 numbers (int64 beyond 2^53 is rounded). */
  toNumbers(): Float64Array {
    const typed = this.#typed();
    // Number by number it takes ten times as long.
    return isBig(typed) ? Float64Array.from(typed, Number) : new Float64Array(typed);
  }

  /** The number of a tensor with one element; of a larger one the first. @throws GraphError if it is empty */
  toNumber(): number {
    const [number] = this.toNumbers();
    if (number !== undefined) return number;
    throw new GraphError({
      where: `tensor of shape [${this.shape.join(',')}]`,
      expected: 'a number',
      got: 'none',
      remedy: 'The model is damaged: export it again',
    });
  }

  /** The elements as float32 numbers. */
  toFloat32(): Float32Array {
    const typed = this.#typed();
    if (typed instanceof Float32Array) return typed;
    return isBig(typed) ? Float32Array.from(typed, Number) : new Float32Array(typed);
  }

  #typed(): TypedNumbers {
    const bytes = this.bytes();
    // Typed arrays want aligned memory, and bytes taken out of a protobuf message seldom are.
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
    const { buffer, byteOffset } = aligned;
    return readers[this.dataType](buffer, byteOffset, this.size);
  }
}

const readers: Record<DataType, TypedView> = {
  ...typedViews,
  float16: (b, o, n) => float16ToFloat32(new Uint16Array(b, o, n)),
  bfloat16: (b, o, n) => bfloat16ToFloat32(new Uint16Array(b, o, n)),
};

function fromArray(dataType: DataType, shape: readonly number[], array: TypedNumbers): Tensor {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return new Tensor(dataType, [...shape], { kind: 'memory', bytes });
}

const int64Limit = 2n ** 63n;

/** An integer as int64; ±Infinity and what lies beyond the range (as ONNX's "to the end" does in JavaScript) is clamped. */
export function toInt64(value: number): bigint {
  if (value >= 2 ** 63) return int64Limit - 1n;
  if (value <= -(2 ** 63)) return -int64Limit;
  return BigInt(Math.trunc(value));
}

/** Whether numbers are BigInt, which no array of other numbers takes as they are. */
function isBig(numbers: TypedNumbers): numbers is BigInt64Array | BigUint64Array {
  return numbers instanceof BigInt64Array || numbers instanceof BigUint64Array;
}
