import { type Node, stringAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import { type NdArray, offsetsOf, stridesOf } from '../nd-array.ts';
import { allInputs, describeShapes, operatorError } from './arguments.ts';
import type { Operator } from './operator.ts';

/** Labels of the axes: letters, and for the axes of an ellipsis their distance from its end (`1`, `2`…). */
type Labels = readonly string[];

/**
 * Einstein's sum: the products of the operands' elements, summed over all labels that the output lacks. Covers
 * explicit and implicit output, repeated labels (diagonals) and ellipses.
 */
export const einsum: Operator = (inputs, node) => {
  const operands = allInputs(inputs, node);
  const equation = stringAttribute(node, 'equation').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== operands.length) {
    throw operatorError(node, `${terms.length} inputs for '${equation}'`, `${operands.length}`);
  }
  const labels = terms.map((term, i) => expandEllipsis(term, operands[i]!.shape.length));
  const hidden = Math.max(0, ...labels.map((each) => each.filter(isEllipsisLabel).length));
  const output = right === undefined ? implicitOutput(labels, hidden) : explicitOutput(right, hidden);
  const lengths = labelLengths(labels, operands, node);
  const summed = [...lengths.keys()].filter((label) => !output.includes(label));
  const shape = output.map((label) => lengths.get(label) ?? 1);
  const data = contract(operands, labels, output, summed, lengths);
  return [{ shape, data, type: operands[0].type }];
};

function isEllipsisLabel(label: string): boolean {
  return /^\d+$/.test(label);
}

function ellipsisLabels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(count - i));
}

function expandEllipsis(term: string, rank: number): Labels {
  const at = term.indexOf('...');
  if (at < 0) return [...term];
  const [before, after] = [term.slice(0, at), term.slice(at + 3)];
  return [...before, ...ellipsisLabels(rank - before.length - after.length), ...after];
}

/** The ellipsis first, then the labels that occur exactly once, sorted. */
function implicitOutput(labels: readonly Labels[], hidden: number): Labels {
  const all = labels.flat().filter((label) => !isEllipsisLabel(label));
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label));
  return [...ellipsisLabels(hidden), ...once.sort()];
}

function explicitOutput(term: string, hidden: number): Labels {
  return expandEllipsis(term, term.replace('...', '').length + hidden);
}

/** Length of each label; an axis of length 1 broadcasts. */
function labelLengths(
  labels: readonly Labels[],
  operands: readonly NdArray[],
  of: Node,
): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const [i, each] of labels.entries()) {
    const { shape } = operands[i]!;
    if (each.length !== shape.length) {
      throw operatorError(of, `an input ${i} of rank ${each.length}`, describeShapes(operands[i]!));
    }
    for (const [axis, label] of each.entries()) {
      const known = lengths.get(label) ?? 1;
      if (known !== 1 && shape[axis] !== 1 && known !== shape[axis]) {
        throw operatorError(of, `one length for label '${label}'`, describeShapes(...operands));
      }
      lengths.set(label, shape[axis] === 1 ? known : shape[axis]!);
    }
  }
  return lengths;
}

function contract(
  operands: readonly NdArray[],
  labels: readonly Labels[],
  output: Labels,
  summed: Labels,
  lengths: ReadonlyMap<string, number>,
): Float64Array {
  const outShape = output.map((label) => lengths.get(label) ?? 1);
  const sumShape = summed.map((label) => lookUp(lengths, label, 'length of index'));
  const starts = operands.map((array, i) => offsetsOf(outShape, labelStrides(array, labels[i]!, output)));
  const steps = operands.map((array, i) => offsetsOf(sumShape, labelStrides(array, labels[i]!, summed)));
  const result = new Float64Array(sizeOf(outShape));
  const sum = operands.length === 2 ? sumOfPairs : sumOfProducts;
  for (let i = 0; i < result.length; i++) result[i] = sum(operands, starts, steps, i);
  return result;
}

/** The stride with which an operand moves along each of the wanted labels; a repeated label moves several axes at once. */
function labelStrides({ shape }: NdArray, labels: Labels, wanted: Labels): number[] {
  const strides = stridesOf(shape);
  return wanted.map((label) =>
    labels.reduce((sum, each, axis) => (each === label && shape[axis] !== 1 ? sum + strides[axis]! : sum), 0),
  );
}

type Summation = (
  operands: readonly NdArray[],
  starts: readonly Int32Array[],
  steps: readonly Int32Array[],
  at: number,
) => number;

const sumOfProducts: Summation = (operands, starts, steps, at) => {
  let sum = 0;
  for (let k = 0; k < steps[0]!.length; k++) {
    sum += operands.reduce((product, { data }, i) => product * data[starts[i]![at]! + steps[i]![k]!]!, 1);
  }
  return sum;
};

const sumOfPairs: Summation = (operands, starts, steps, at) => {
  const [a, b] = [operands[0]!.data, operands[1]!.data];
  const [fromA, fromB] = [starts[0]![at]!, starts[1]![at]!];
  const [stepsA, stepsB] = [steps[0]!, steps[1]!];
  let sum = 0;
  for (let k = 0; k < stepsA.length; k++) sum += a[fromA + stepsA[k]!]! * b[fromB + stepsB[k]!]!;
  return sum;
};
