import { intAttribute, type Node } from '../../graph/node.ts';
import { filled, mapElements, type NdArray, offsetsOf, stridesOf } from '../nd-array.ts';
import { axisOf, inputAt, integersArgument } from './arguments.ts';
import type { Operator, OperatorFamily, OperatorInputs } from './operator.ts';

/** A reduction: start value, one step, and what is made of the total. */
interface Reduction {
  readonly start: number;
  readonly step: (total: number, x: number) => number;
  readonly finish?: (total: number, count: number) => number;
}

/** The axes to reduce, from the attribute or, in newer operator sets, the second input. */
function reducedAxes(inputs: OperatorInputs, node: Node, rank: number): ReadonlySet<number> {
  const given = integersArgument(inputs, 1, node, 'axes') ?? [];
  if (given.length > 0) return new Set(given.map((axis) => axisOf(axis, rank, node)));
  const none = intAttribute(node, 'noop_with_empty_axes', 0) !== 0;
  return new Set(none ? [] : Array.from({ length: rank }, (_, axis) => axis));
}

function reduction(rule: Reduction): Operator {
  return (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const axes = reducedAxes(inputs, node, x.shape.length);
    const keep = intAttribute(node, 'keepdims', 1) !== 0;
    const reduced = reduce(x, axes, rule);
    const shape = keep ? reduced.shape : reduced.shape.filter((_, axis) => !axes.has(axis));
    return [{ ...reduced, shape }];
  };
}

/** Reduces axes to length 1; the elements come in row-major order. */
function reduce(x: NdArray, axes: ReadonlySet<number>, { start, step, finish }: Reduction): NdArray {
  const shape = x.shape.map((length, axis) => (axes.has(axis) ? 1 : length));
  const strides = stridesOf(shape).map((stride, axis) => (axes.has(axis) ? 0 : stride));
  const totals = filled(shape, start, x.type);
  const { data } = totals;
  const targets = offsetsOf(x.shape, strides);
  for (let i = 0; i < targets.length; i++) data[targets[i]!] = step(data[targets[i]!]!, x.data[i]!);
  const count = x.data.length / data.length;
  return finish ? mapElements(totals, (total) => finish(total, count)) : totals;
}

const add = (total: number, x: number) => total + x;

/** Subtracts the maxima first, so that no exponential overflows. */
const logSumExp: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axes = reducedAxes(inputs, node, x.shape.length);
  const highest = reduce(x, axes, { start: Number.NEGATIVE_INFINITY, step: Math.max });
  const shifts = mapElements(highest, (top) => (Number.isFinite(top) ? top : 0));
  const strides = stridesOf(highest.shape).map((stride, axis) => (axes.has(axis) ? 0 : stride));
  const at = offsetsOf(x.shape, strides);
  const shifted = { ...x, data: x.data.map((value, i) => Math.exp(value - shifts.data[at[i]!]!)) };
  const sums = reduce(shifted, axes, { start: 0, step: add });
  const data = sums.data.map((sum, i) => Math.log(sum) + shifts.data[i]!);
  const keep = intAttribute(node, 'keepdims', 1) !== 0;
  const shape = keep ? sums.shape : sums.shape.filter((_, axis) => !axes.has(axis));
  return [{ shape, data, type: x.type }];
};

/** Operators that shrink axes. */
export const reductions: OperatorFamily = {
  ReduceSum: reduction({ start: 0, step: add }),
  ReduceMean: reduction({ start: 0, step: add, finish: (total, count) => total / count }),
  ReduceMax: reduction({ start: Number.NEGATIVE_INFINITY, step: Math.max }),
  ReduceMin: reduction({ start: Number.POSITIVE_INFINITY, step: Math.min }),
  ReduceProd: reduction({ start: 1, step: (total, x) => total * x }),
  ReduceL1: reduction({ start: 0, step: (total, x) => total + Math.abs(x) }),
  ReduceL2: reduction({ start: 0, step: (total, x) => total + x * x, finish: Math.sqrt }),
  ReduceSumSquare: reduction({ start: 0, step: (total, x) => total + x * x }),
  ReduceLogSum: reduction({ start: 0, step: add, finish: Math.log }),
  ReduceLogSumExp: logSumExp,
};
