import { intAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { NdArray } from '../nd-array.ts';
import { axisOf, inputAt } from './arguments.ts';
import { type AxisLines, axisLines, forEachLine } from './axis-lines.ts';
import type { Operator, OperatorFamily } from './operator.ts';

/** What becomes of one element, from its distance to the maximum of its line and the line's sum of exponentials. */
type Finish = (distance: number, sum: number) => number;

/** Up to operator set 12 all axes from `axis` (default 1) on are one; later it is one axis (default the last). */
function softmax(finish: Finish): Operator {
  return (inputs, node, { opset }) => {
    const x = inputAt(inputs, 0, node);
    const axis = axisOf(intAttribute(node, 'axis', opset < 13 ? 1 : -1), x.shape.length, node);
    const flat = { outer: sizeOf(x.shape.slice(0, axis)), length: sizeOf(x.shape.slice(axis)), inner: 1 };
    return [alongLines(x, opset < 13 ? flat : axisLines(x.shape, axis), finish)];
  };
}

function alongLines(x: NdArray, lines: AxisLines, finish: Finish): NdArray {
  const { length, inner } = lines;
  const data = new Float64Array(x.data.length);
  forEachLine(lines, (start) => {
    const end = start + length * inner;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i += inner) highest = Math.max(highest, x.data[i]!);
    let sum = 0;
    for (let i = start; i < end; i += inner) sum += Math.exp(x.data[i]! - highest);
    for (let i = start; i < end; i += inner) data[i] = finish(x.data[i]! - highest, sum);
  });
  return { shape: x.shape, data, type: x.type };
}

/** Operators that turn scores into probabilities. */
export const softmaxes: OperatorFamily = {
  Softmax: softmax((distance, sum) => Math.exp(distance) / sum),
  LogSoftmax: softmax((distance, sum) => distance - Math.log(sum)),
};
