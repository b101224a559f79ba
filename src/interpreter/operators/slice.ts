import type { Node } from '../../graph/node.ts';
import { type NdArray, stridedCopy, stridesOf } from '../nd-array.ts';
import { axisOf, inputAt, integersArgument, operatorError } from './arguments.ts';
import type { Operator } from './operator.ts';

/** Starts, ends, axes and steps are attributes up to operator set 9, inputs from 10. Ends beyond an axis are clamped. */
export const slice: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const starts = integersArgument(inputs, 1, node, 'starts') ?? [];
  const ends = integersArgument(inputs, 2, node, 'ends') ?? [];
  const axes = integersArgument(inputs, 3, node, 'axes') ?? starts.map((_, i) => i);
  const steps = integersArgument(inputs, 4, node, 'steps') ?? starts.map(() => 1);
  const shape = [...x.shape];
  const strides = stridesOf(x.shape);
  let offset = 0;
  for (const [i, start] of starts.entries()) {
    const axis = axisOf(axes[i]!, x.shape.length, node);
    const range = rangeOf(start, ends[i]!, steps[i]!, x.shape[axis]!, node);
    offset += range.first * strides[axis]!;
    shape[axis] = range.count;
    strides[axis]! *= steps[i]!;
  }
  const result: NdArray = { shape, data: stridedCopy(x.data, shape, strides, offset), type: x.type };
  return [result];
};

/** First index and number of indices of a stretch, as in Python. */
function rangeOf(start: number, end: number, step: number, length: number, of: Node) {
  if (step === 0) throw operatorError(of, 'steps other than 0', '0');
  const fromFront = (index: number) => (index < 0 ? index + length : index);
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (index: number) => Math.min(Math.max(fromFront(index), low), high);
  const first = step > 0 ? clamp(start) : Math.max(0, clamp(start));
  return { first, count: Math.max(0, Math.ceil((clamp(end) - first) / step)) };
}
