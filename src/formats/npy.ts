import { FormatError } from '../errors.ts';
import { float16ToFloat32 } from '../graph/half-precision.ts';
import { sizeOf } from '../graph/shape.ts';
import { type TypedNumbers, typedViews } from '../graph/typed-view.ts';
import { encodeNpyHeader, type NpyHeader, parseNpyHeader } from './npy-header.ts';

/** Any typed array that an `.npy` file can hold. */
export type NpyData = TypedNumbers;

/** Element type of an array in memory. `float16` is missing because half floats are decoded to `float32` on reading. */
export type NpyDataType = keyof typeof typedViews;

/** An array in C order (last axis fastest). */
export interface NpyArray {
  /** Lengths of the axes; empty for a scalar. Complex numbers have one more, of length 2. */
  shape: number[];
  /** Whether the last axis holds the real and the imaginary part of complex numbers. Default: false */
  complex?: true;
  /** What the elements mean; `bool` is stored as a Uint8Array of 0 and 1. */
  dataType: NpyDataType;
  /** The elements; BigInt64Array for `int64`, BigUint64Array for `uint64`. */
  data: NpyData;
}

/**
 * Decodes the bytes of an `.npy` file (versions 1.0 to 3.0, little-endian). Fortran order is transposed to C order and
 * float16 becomes float32. The result may be a view of `bytes`.
 *
 * @param where name of the source for error messages
 * @throws FormatError if the bytes are damaged, truncated, big-endian or hold Python objects or records.
 */
export function parseNpy(bytes: Uint8Array, where: string): NpyArray {
  const header = parseNpyHeader(bytes, where);
  const { shape, bytesPerElement, dataOffset, dataType } = header;
  const size = sizeOf(shape);
  const body = bytes.subarray(dataOffset, dataOffset + size * bytesPerElement);
  if (body.length < size * bytesPerElement) {
    throw new FormatError({
      where,
      expected: `${size * bytesPerElement} bytes of data for ${dataType}[${shape.join(',')}]`,
      got: `${body.length}`,
      remedy: 'The file is truncated; copy or write it again',
    });
  }
  const surplus = bytes.length - dataOffset - body.length;
  if (surplus > 0) {
    throw new FormatError({
      where,
      expected: `${body.length} bytes of data for ${dataType}[${shape.join(',')}]`,
      got: `${surplus} more`,
      remedy: 'The shape in its head does not fit the data; write the file again',
    });
  }
  if (dataType === 'complex64' || dataType === 'complex128') return readComplex(header, body, size);
  const data = readElements(dataType, body, size);
  return {
    shape,
    dataType: dataType === 'float16' ? 'float32' : dataType,
    data: header.fortranOrder ? toRowMajor(data, shape) : data,
  };
}

/** Complex numbers as pairs of real ones. */
function readComplex({ dataType, shape, fortranOrder }: NpyHeader, body: Uint8Array, size: number): NpyArray {
  const part = dataType === 'complex64' ? 'float32' : 'float64';
  const pairs = readElements(part, body, 2 * size);
  if (fortranOrder) {
    for (const offset of [0, 1]) {
      const ordered = toRowMajor(pairs.filter((_: unknown, i: number) => i % 2 === offset) as NpyData, shape);
      for (const [i, value] of ordered.entries()) pairs[2 * i + offset] = value;
    }
  }
  return { shape: [...shape, 2], complex: true, dataType: part, data: pairs };
}

/**
 * The bytes of an `.npy` file (version 1.0, little-endian, C order), as numpy writes them.
 *
 * @throws FormatError if shape, element type and data do not agree.
 */
export function encodeNpy(array: NpyArray): Uint8Array {
  const { shape, dataType, data } = array;
  const size = sizeOf(shape);
  const wanted = typedViews[dataType](new ArrayBuffer(0), 0, 0);
  if (data.length !== size || data.constructor !== wanted.constructor) {
    throw new FormatError({
      where: 'encodeNpy',
      expected: `a ${wanted.constructor.name} of ${size} elements for ${dataType}[${shape.join(',')}]`,
      got: `a ${data.constructor.name} of ${data.length}`,
      remedy: 'Give data that fits the shape and the element type',
    });
  }
  const header = encodeNpyHeader(dataType, shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

/** The elements as float32 numbers, whatever their type (64-bit numbers are rounded); a float32 array is passed as it is. */
export function npyToFloat32(array: NpyArray): Float32Array {
  const { data } = array;
  if (data instanceof Float32Array) return data;
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = Number(data[i]);
  return result;
}

function readElements(dataType: NpyDataType | 'float16', body: Uint8Array, size: number): NpyData {
  // Typed arrays want aligned memory.
  const { buffer, byteOffset } = body.byteOffset % 8 === 0 ? body : new Uint8Array(body);
  if (dataType === 'float16') return float16ToFloat32(new Uint16Array(buffer, byteOffset, size));
  return typedViews[dataType](buffer, byteOffset, size);
}

/** Elements stored first axis fastest, brought into the order of last axis fastest. */
function toRowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const result = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  let source = 0;
  for (let target = 0; target < data.length; target++) {
    result[target] = data[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
