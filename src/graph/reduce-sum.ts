import type { GraphBuilder } from './graph-builder.ts';

/** Appends a sum over axes, which go away. Before opset 13 ReduceSum took the axes as an attribute. */
export function reduceSum(
  build: GraphBuilder,
  opset: number,
  value: string,
  axes: readonly number[],
): string {
  return opset < 13
    ? build.op('ReduceSum', [value], { axes, keepdims: 0 })
    : build.op('ReduceSum', [value, build.integers('axes', axes)], { keepdims: 0 });
}
