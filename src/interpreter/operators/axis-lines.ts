import { sizeOf } from '../../graph/shape.ts';
import type { NdArray } from '../nd-array.ts';

/** An array seen along one axis: element j of line (o, i) is at `(o·length + j)·inner + i`. */
export interface AxisLines {
  /** Product of the lengths before the axis. */
  readonly outer: number;
  /** Length of the axis. */
  readonly length: number;
  /** Product of the lengths after the axis; the stride within a line. */
  readonly inner: number;
}

/** How a shape falls apart into lines along an axis. */
export function axisLines(shape: readonly number[], axis: number): AxisLines {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    length: shape[axis] ?? 1,
    inner: sizeOf(shape.slice(axis + 1)),
  };
}

/** The shape with another length at one axis. */
export function withLength(shape: readonly number[], axis: number, length: number): number[] {
  return shape.map((old, each) => (each === axis ? length : old));
}

/** Calls back with the position of the first element of each line. */
export function forEachLine({ outer, length, inner }: AxisLines, visit: (start: number) => void): void {
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) visit(o * length * inner + i);
}

/** Takes slices of an axis by index, in the given order; an index of −1 gives a slice full of `fill`. */
export function takeAlongAxis(array: NdArray, axis: number, indices: ArrayLike<number>, fill = 0): NdArray {
  const { outer, length, inner } = axisLines(array.shape, axis);
  const data = new Float64Array(outer * indices.length * inner);
  let out = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < indices.length; i++, out += inner) {
      const from = (o * length + indices[i]!) * inner;
      if (indices[i]! < 0) data.fill(fill, out, out + inner);
      else data.set(array.data.subarray(from, from + inner), out);
    }
  }
  return { shape: withLength(array.shape, axis, indices.length), data, type: array.type };
}
