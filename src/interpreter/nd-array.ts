import { RuntimeError } from '../errors.ts';
import { sameShape, sizeOf } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';

/** What the numbers of an {@link NdArray} stand for; decides about integer division and the outcome of comparisons. */
export type ElementType = 'float' | 'int' | 'bool';

/**
 * A dense row-major array of float64 numbers. Integers are exact up to 2^53; booleans are 0 and 1.
 * Arrays are treated as immutable, so operators that only rename axes share the data.
 */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly type: ElementType;
}

/**
 * Makes an array. A `Float64Array` is used as it is, anything else is copied.
 *
 * @throws RuntimeError if the number of elements does not fit the shape
 */
export function ndArray(
  shape: readonly number[],
  data: ArrayLike<number>,
  type: ElementType = 'float',
): NdArray {
  if (data.length !== sizeOf(shape)) {
    throw new RuntimeError({
      where: `array [${shape.join(',')}]`,
      expected: `${sizeOf(shape)} elements`,
      got: `${data.length}`,
      remedy: 'Give as many numbers as the shape asks for',
    });
  }
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data), type };
}

/** An array of rank 0. */
export function scalar(value: number, type: ElementType = 'float'): NdArray {
  return { shape: [], data: Float64Array.of(value), type };
}

/** A 1-D array of integers: a shape, axes… */
export function integers(values: readonly number[]): NdArray {
  return { shape: [values.length], data: Float64Array.from(values), type: 'int' };
}

/** An array whose elements are all the same. */
export function filled(shape: readonly number[], value: number, type: ElementType = 'float'): NdArray {
  return { shape, data: new Float64Array(sizeOf(shape)).fill(value), type };
}

/** The elements of a tensor as float64; int64 beyond ±(2^53 − 1) is clamped to that. */
export function fromTensor(tensor: Tensor): NdArray {
  const data = tensor.toNumbers();
  const type = elementTypeOf(tensor.dataType);
  if (type === 'int') for (let i = 0; i < data.length; i++) data[i] = clampToExact(data[i]!);
  return { shape: tensor.shape, data, type };
}

/** The element type under which the oracle holds an ONNX data type: all floats are one, all integers are one. */
export function elementTypeOf(dataType: Tensor['dataType']): ElementType {
  if (dataType === 'bool') return 'bool';
  return /^u?int/.test(dataType) ? 'int' : 'float';
}

/** The nearest integer value that float64 holds exactly together with its neighbours. */
export function clampToExact(value: number): number {
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The offsets `start + Σ index·stride` of all indices of a shape, in row-major order of the indices. */
export function offsetsOf(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  let offsets = Int32Array.of(start);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis]!;
    const stride = strides[axis]!;
    const next = new Int32Array(offsets.length * length);
    for (let i = 0, out = 0; i < offsets.length; i++) {
      for (let j = 0, at = offsets[i]!; j < length; j++, at += stride) next[out++] = at;
    }
    offsets = next;
  }
  return offsets;
}

/** Reads an array of the given shape out of `data` at arbitrary strides (0 repeats, negative runs backwards). */
export function stridedCopy(
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  const length = shape.at(-1) ?? 1;
  const step = strides.at(-1) ?? 0;
  let out = 0;
  for (const row of offsetsOf(shape.slice(0, -1), strides, start)) {
    for (let j = 0, at = row; j < length; j++, at += step) result[out++] = data[at]!;
  }
  return result;
}

/**
 * The shape to which all the shapes broadcast by the rules of NumPy.
 *
 * @param where names the place in the error
 * @throws RuntimeError if two lengths of an axis differ and neither is 1
 */
export function broadcastShapes(shapes: readonly (readonly number[])[], where = 'broadcast'): number[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const shift = rank - shape.length;
    for (const [axis, length] of shape.entries()) {
      if (length === 1 || length === result[shift + axis]) continue;
      if (result[shift + axis] !== 1) throw mismatch(shapes, where);
      result[shift + axis] = length;
    }
  }
  return result;
}

function mismatch(shapes: readonly (readonly number[])[], where: string): RuntimeError {
  return new RuntimeError({
    where,
    expected: 'shapes that broadcast to a common one',
    got: shapes.map((shape) => `[${shape.join(',')}]`).join(' and '),
    remedy: 'Check the shapes of the inputs given to the model',
  });
}

/** Strides with which an array of `shape` is read as if it had the shape `target`: 0 where an axis is repeated. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const shift = target.length - shape.length;
  return target.map((_, axis) =>
    axis < shift || shape[axis - shift] === 1 ? 0 : (strides[axis - shift] ?? 0),
  );
}

/**
 * Repeats an array along axes of length 1 and new leading axes.
 *
 * @throws RuntimeError if the shape does not broadcast to exactly `target`
 */
export function broadcastTo(array: NdArray, target: readonly number[], where = 'broadcast'): NdArray {
  if (sameShape(array.shape, target)) return array;
  const common = broadcastShapes([array.shape, target], where);
  if (!sameShape(common, target)) throw mismatch([array.shape, target], where);
  const data = stridedCopy(array.data, target, broadcastStrides(array.shape, target));
  return { shape: target, data, type: array.type };
}

/** Applies a function to each element. */
export function mapElements(array: NdArray, fn: (x: number) => number, type = array.type): NdArray {
  const { data, shape } = array;
  const result = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = fn(data[i]!);
  return { shape, data: result, type };
}

/**
 * Applies a function to pairs of elements after broadcasting.
 *
 * @throws RuntimeError if the shapes do not broadcast
 */
export function broadcastBinary(
  a: NdArray,
  b: NdArray,
  fn: (x: number, y: number) => number,
  type: ElementType,
  where = 'broadcast',
): NdArray {
  const shape = broadcastShapes([a.shape, b.shape], where);
  const result = new Float64Array(sizeOf(shape));
  const length = shape.at(-1) ?? 1;
  const [stridesA, stridesB] = [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)];
  const [stepA, stepB] = [stridesA.at(-1) ?? 0, stridesB.at(-1) ?? 0];
  const outer = shape.slice(0, -1);
  const [rowsA, rowsB] = [offsetsOf(outer, stridesA), offsetsOf(outer, stridesB)];
  let out = 0;
  for (let row = 0; row < rowsA.length; row++) {
    let [atA, atB] = [rowsA[row]!, rowsB[row]!];
    for (let j = 0; j < length; j++, atA += stepA, atB += stepB) {
      result[out++] = fn(a.data[atA]!, b.data[atB]!);
    }
  }
  return { shape, data: result, type };
}
