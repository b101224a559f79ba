import { intAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { NdArray } from '../nd-array.ts';
import { axisOf, inputAt, onlyElement, operatorError } from './arguments.ts';
import { axisLines, forEachLine, withLength } from './axis-lines.ts';
import type { Operator, OperatorFamily } from './operator.ts';

type Better = (x: number, than: number) => boolean;
const greater: Better = (x, than) => x > than;
const less: Better = (x, than) => x < than;

/** The index of the best element of each line; of equal ones the first, or the last on request. */
function argBest(better: Better): Operator {
  return (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length, node);
    const takeLast = intAttribute(node, 'select_last_index', 0) !== 0;
    const lines = axisLines(x.shape, axis);
    const found: number[] = [];
    forEachLine(lines, (start) => {
      let best = 0;
      for (let j = 1; j < lines.length; j++) {
        const [value, champion] = [x.data[start + j * lines.inner]!, x.data[start + best * lines.inner]!];
        if (better(value, champion) || (takeLast && value === champion)) best = j;
      }
      found.push(best);
    });
    const keep = intAttribute(node, 'keepdims', 1) !== 0;
    const shape = keep ? withLength(x.shape, axis, 1) : x.shape.toSpliced(axis, 1);
    return [{ shape, data: Float64Array.from(found), type: 'int' }];
  };
}

/** Of equal elements the one with the lower index comes first. The outcome is always sorted. */
const topK: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = axisOf(intAttribute(node, 'axis', -1), x.shape.length, node);
  const k = inputs[1] ? onlyElement(inputs[1], node) : intAttribute(node, 'k');
  const better = intAttribute(node, 'largest', 1) ? greater : less;
  const lines = axisLines(x.shape, axis);
  if (k > lines.length) throw operatorError(node, `k up to ${lines.length}`, `${k}`);
  const shape = withLength(x.shape, axis, k);
  const values = new Float64Array(sizeOf(shape));
  const indices = new Float64Array(values.length);
  forEachLine(lines, (start) => {
    const outer = Math.floor(start / (lines.length * lines.inner));
    const out = outer * k * lines.inner + (start % lines.inner);
    const at = (j: number) => x.data[start + j * lines.inner]!;
    const order = Array.from({ length: lines.length }, (_, j) => j);
    order.sort((i, j) => (better(at(i), at(j)) ? -1 : better(at(j), at(i)) ? 1 : i - j));
    for (let j = 0; j < k; j++) {
      values[out + j * lines.inner] = at(order[j]!);
      indices[out + j * lines.inner] = order[j]!;
    }
  });
  return [
    { shape, data: values, type: x.type },
    { shape, data: indices, type: 'int' },
  ];
};

/** Running sums along an axis; `exclusive` leaves the own element out, `reverse` starts at the end. */
const cumSum: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = axisOf(onlyElement(inputAt(inputs, 1, node), node), x.shape.length, node);
  const exclusive = intAttribute(node, 'exclusive', 0) !== 0;
  const reverse = intAttribute(node, 'reverse', 0) !== 0;
  const lines = axisLines(x.shape, axis);
  const data = new Float64Array(x.data.length);
  forEachLine(lines, (start) => {
    let sum = 0;
    for (let j = 0; j < lines.length; j++) {
      const at = start + (reverse ? lines.length - 1 - j : j) * lines.inner;
      const before = sum;
      sum += x.data[at]!;
      data[at] = exclusive ? before : sum;
    }
  });
  const result: NdArray = { shape: x.shape, data, type: x.type };
  return [result];
};

/** Operators that compare or accumulate along an axis. */
export const orderings: OperatorFamily = {
  ArgMax: argBest(greater),
  ArgMin: argBest(less),
  TopK: topK,
  CumSum: cumSum,
};
