import { type NdArray, stridedCopy, stridesOf } from '../nd-array.ts';

/** Puts the axes into another order: axis i of the outcome is axis `order[i]` of the array. */
export function transpose(array: NdArray, order: readonly number[]): NdArray {
  const strides = stridesOf(array.shape);
  const shape = order.map((axis) => array.shape[axis]!);
  const data = stridedCopy(
    array.data,
    shape,
    order.map((axis) => strides[axis]!),
  );
  return { shape, data, type: array.type };
}
