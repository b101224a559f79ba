import { onnxDataType } from '../graph/data-type.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { sameShape } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import type { GradientContext } from './gradient-rule.ts';

/** Σ over axes. */
export function sumOver(
  build: GraphBuilder,
  value: string,
  axes: readonly number[],
  keepDimensions: boolean,
): string {
  if (axes.length === 0) return value;
  return build.op('ReduceSum', [value, build.integers('axes', axes)], { keepdims: Number(keepDimensions) });
}

/** The same elements in another shape. */
export function reshape(build: GraphBuilder, value: string, shape: readonly number[]): string {
  return build.op('Reshape', [value, build.integers('shape', shape)]);
}

/**
 * Undoes a broadcast: sums the gradient of the broadcast value over all axes along which the input was repeated.
 *
 * @param from shape of the gradient
 * @param to shape of the input, broadcastable to `from`
 */
export function sumTo(
  build: GraphBuilder,
  gradient: string,
  from: readonly number[],
  to: readonly number[],
): string {
  if (sameShape(from, to)) return gradient;
  const shift = from.length - to.length;
  const axes = from.flatMap((length, axis) =>
    axis < shift || (to[axis - shift] === 1 && length !== 1) ? [axis] : [],
  );
  const summed = sumOver(build, gradient, axes, true);
  return shift === 0 ? summed : reshape(build, summed, to);
}

/** The shape to which two shapes broadcast. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    return left === 1 ? (b[axis - rank + b.length] ?? 1) : left;
  });
}

/**
 * Permutes axes. A value that is itself a transposition is read at its source, so that two in a row become one or none.
 */
export function transpose(context: GradientContext, value: string, permutation: readonly number[]): string {
  const producer = context.producerOf(value);
  const inner = producer?.opType === 'Transpose' ? producer.attributes.get('perm') : undefined;
  if (producer && inner?.kind === 'ints') {
    const composed = permutation.map((axis) => inner.value[axis]!);
    if (composed.every((axis, position) => axis === position)) return producer.inputs[0]!;
    return context.build.op('Transpose', [producer.inputs[0]!], { perm: composed });
  }
  return context.build.op('Transpose', [value], { perm: permutation });
}

/** Swaps the last two axes of a value of this rank. */
export function swapLastAxes(context: GradientContext, value: string, rank: number): string {
  const permutation = Array.from({ length: rank }, (_, axis) => axis);
  permutation.push(...permutation.splice(rank - 2, 2).reverse());
  return transpose(context, value, permutation);
}

/** An axis counted from the front. */
export function axisFromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** A float32 constant of this shape, all elements the same. */
export function filled(build: GraphBuilder, shape: readonly number[], value: number): string {
  return build.op('ConstantOfShape', [build.integers('shape', shape)], {
    value: Tensor.float32([1], [value]),
  });
}

/** 1.0 where a bool holds, else 0.0. */
export function asFloat(build: GraphBuilder, condition: string): string {
  return build.op('Cast', [condition], { to: onnxDataType('float32') });
}

/** value · number. */
export function times(build: GraphBuilder, value: string, factor: number): string {
  return factor === 1 ? value : build.op('Mul', [value, build.scalar('factor', factor)]);
}

/** Sum of several values of the same shape. */
export function sumOf(build: GraphBuilder, values: readonly string[]): string {
  if (values.length === 1) return values[0]!;
  return build.op(values.length === 2 ? 'Add' : 'Sum', values);
}
