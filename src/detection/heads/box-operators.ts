import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { Tensor } from '../../graph/tensor.ts';

/** Columns from…to of the last axis of a value. */
export function columns(build: GraphBuilder, value: string, from: number, to: number): string {
  const ends = [from, to, -1].map((number, i) => build.integers(['from', 'to', 'axis'][i]!, [number]));
  return build.op('Slice', [value, ...ends]);
}

/** Side by side along the last axis. */
export function beside(build: GraphBuilder, ...values: string[]): string {
  return build.op('Concat', values, { axis: -1 });
}

/** Numbers for each column of the last axis. */
function row(build: GraphBuilder, hint: string, numbers: readonly number[]): string {
  return build.constant(hint, Tensor.float32([numbers.length], numbers));
}

/** Boxes [N, K, 4] by centre, width and height become boxes by their corners. */
export function cornersOf(build: GraphBuilder, boxes: string): string {
  const centre = columns(build, boxes, 0, 2);
  const half = build.op('Mul', [columns(build, boxes, 2, 4), build.scalar('half', 0.5)]);
  return beside(build, build.op('Sub', [centre, half]), build.op('Add', [centre, half]));
}

/** Boxes in pixels become shares of the picture. */
export function sharesOf(
  build: GraphBuilder,
  boxes: string,
  [width, height]: readonly [number, number],
): string {
  return build.op('Div', [boxes, row(build, 'picture', [width, height, width, height])]);
}
