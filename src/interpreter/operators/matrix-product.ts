import { describeNode, floatAttribute, intAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import {
  broadcastBinary,
  broadcastShapes,
  broadcastStrides,
  broadcastTo,
  mapElements,
  type NdArray,
  offsetsOf,
} from '../nd-array.ts';
import { describeShapes, inputAt, operatorError } from './arguments.ts';
import { einsum } from './einsum.ts';
import { multiplyAdd } from './matrix-kernel.ts';
import type { Operator, OperatorFamily } from './operator.ts';
import { transpose } from './transpose.ts';

/**
 * The matrix product of NumPy: the last two axes are matrices, those before broadcast, and a 1-D array is a row
 * on the left, a column on the right.
 *
 * @throws RuntimeError if the shapes do not fit; `of` names the place
 */
function matMul(left: NdArray, right: NdArray, of: Node): NdArray {
  const a = left.shape.length === 1 ? reshaped(left, [1, ...left.shape]) : left;
  const b = right.shape.length === 1 ? reshaped(right, [...right.shape, 1]) : right;
  const [rows, depth] = a.shape.slice(-2);
  const [depthOfB, columns] = b.shape.slice(-2);
  if (rows === undefined || depth === undefined || columns === undefined || depth !== depthOfB) {
    throw operatorError(of, 'matrices whose inner lengths agree', describeShapes(left, right));
  }
  const batch = broadcastShapes([a.shape.slice(0, -2), b.shape.slice(0, -2)], describeNode(of));
  const data = new Float64Array(sizeOf(batch) * rows * columns);
  const startsA = matrixStarts(a, batch);
  const startsB = matrixStarts(b, batch);
  for (let i = 0; i < startsA.length; i++) {
    const out = { data, start: i * rows * columns };
    const [from, by] = [
      { data: a.data, start: startsA[i]! * rows * depth },
      { data: b.data, start: startsB[i]! * depth * columns },
    ];
    multiplyAdd(out, from, by, rows, depth, columns);
  }
  const shape = [...batch, ...(a === left ? [rows] : []), ...(b === right ? [columns] : [])];
  return { shape, data, type: left.type };
}

/** For each index of the batch, the number of the matrix that `array` has there. */
function matrixStarts(array: NdArray, batch: readonly number[]): Int32Array {
  return offsetsOf(batch, broadcastStrides(array.shape.slice(0, -2), batch));
}

function reshaped(array: NdArray, shape: readonly number[]): NdArray {
  return { ...array, shape };
}

const gemm: Operator = (inputs, node) => {
  const [a, b] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  const left = intAttribute(node, 'transA', 0) ? transpose(a, [1, 0]) : a;
  const right = intAttribute(node, 'transB', 0) ? transpose(b, [1, 0]) : b;
  const alpha = floatAttribute(node, 'alpha', 1);
  const beta = floatAttribute(node, 'beta', 1);
  const product = mapElements(matMul(left, right, node), (x) => alpha * x);
  if (!inputs[2]) return [product];
  const where = describeNode(node);
  const addend = broadcastTo(inputs[2], product.shape, where);
  return [broadcastBinary(product, addend, (x, y) => x + beta * y, product.type, where)];
};

/** Subtracts a zero point, which is a scalar or has one element per row of a matrix (the last axis but one) or per column. */
function withoutZeroPoint(array: NdArray, zeroPoint: NdArray | undefined, axis: -1 | -2, of: Node): NdArray {
  const asInteger: NdArray = { ...array, type: 'int' };
  if (!zeroPoint) return asInteger;
  const perRow = axis === -2 && zeroPoint.shape.length === 1 && zeroPoint.data.length > 1;
  const point = perRow ? reshaped(zeroPoint, [zeroPoint.data.length, 1]) : zeroPoint;
  return broadcastBinary(asInteger, point, (x, zero) => x - zero, 'int', describeNode(of));
}

const matMulInteger: Operator = (inputs, node) => [
  matMul(
    withoutZeroPoint(inputAt(inputs, 0, node), inputs[2], -2, node),
    withoutZeroPoint(inputAt(inputs, 1, node), inputs[3], -1, node),
    node,
  ),
];

/** Operators that multiply matrices. */
export const matrixProducts: OperatorFamily = {
  MatMul: (inputs, node) => [matMul(inputAt(inputs, 0, node), inputAt(inputs, 1, node), node)],
  MatMulInteger: matMulInteger,
  Gemm: gemm,
  Einsum: einsum,
};
