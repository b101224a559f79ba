import { intAttribute, intsAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { type NdArray, ndArray, offsetsOf } from '../nd-array.ts';
import { inputAt } from './arguments.ts';
import type { Operator, OperatorFamily, OperatorInputs } from './operator.ts';
import { type Tap, tapsOf, type Windows, windowsOf } from './windows.ts';

interface Pooling {
  readonly x: NdArray;
  readonly windows: Windows;
  readonly taps: readonly Tap[];
  /** Batch × channels. */
  readonly planes: number;
  /** Shape of the outcome. */
  readonly shape: readonly number[];
}

function poolingOf(inputs: OperatorInputs, node: Node): Pooling {
  const x = inputAt(inputs, 0, node);
  const windows = windowsOf(node, x.shape.slice(2), intsAttribute(node, 'kernel_shape'));
  const shape = [...x.shape.slice(0, 2), ...windows.output];
  return { x, windows, taps: tapsOf(windows), planes: sizeOf(x.shape.slice(0, 2)), shape };
}

const averagePool: Operator = (inputs, node) => {
  const { x, windows, taps, planes, shape } = poolingOf(inputs, node);
  const [length, count] = [sizeOf(windows.input), sizeOf(windows.output)];
  const sums = new Float64Array(planes * count);
  const divisors = intAttribute(node, 'count_include_pad', 0)
    ? paddedCounts(windows)
    : visibleCounts(taps, count);
  for (let plane = 0; plane < planes; plane++) {
    for (const { windows: at, elements } of taps) {
      for (let i = 0; i < at.length; i++) {
        sums[plane * count + at[i]!]! += x.data[plane * length + elements[i]!]!;
      }
    }
    for (let i = 0; i < count; i++) sums[plane * count + i]! /= divisors[i]!;
  }
  return [ndArray(shape, sums)];
};

/** For each window, how many of its positions lie inside the input. */
function visibleCounts(taps: readonly Tap[], count: number): Float64Array {
  const counts = new Float64Array(count);
  for (const { windows } of taps) for (const window of windows) counts[window]!++;
  return counts;
}

/** For each window, how many of its positions lie inside the input or its padding (not beyond, as with ceil_mode). */
function paddedCounts({
  input,
  output,
  kernel,
  strides,
  dilations,
  padsBefore,
  padsAfter,
}: Windows): Float64Array {
  let counts = Float64Array.of(1);
  for (let axis = 0; axis < input.length; axis++) {
    const padded = input[axis]! + padsBefore[axis]! + padsAfter[axis]!;
    const along = Array.from({ length: output[axis]! }, (_, window) => {
      const fitting = Math.floor((padded - 1 - window * strides[axis]!) / dilations[axis]!) + 1;
      return Math.min(kernel[axis]!, fitting);
    });
    counts = Float64Array.from([...counts].flatMap((outer) => along.map((inner) => outer * inner)));
  }
  return counts;
}

/** Second outcome: where in the whole input the maxima are; `storage_order` 1 counts the spatial axes column-major. */
const maxPool: Operator = (inputs, node) => {
  const { x, windows, taps, planes, shape } = poolingOf(inputs, node);
  const [length, count] = [sizeOf(windows.input), sizeOf(windows.output)];
  const maxima = new Float64Array(planes * count).fill(Number.NEGATIVE_INFINITY);
  const places = new Float64Array(planes * count).fill(-1);
  for (let plane = 0; plane < planes; plane++) {
    for (const { windows: at, elements } of taps) {
      for (let i = 0; i < at.length; i++) {
        const [out, from] = [plane * count + at[i]!, plane * length + elements[i]!];
        const value = x.data[from]!;
        if (value > maxima[out]! || Number.isNaN(value) || places[out]! < 0) {
          maxima[out] = value;
          places[out] = from;
        }
      }
    }
  }
  const indices = intAttribute(node, 'storage_order', 0) ? columnMajor(places, windows.input) : places;
  return [ndArray(shape, maxima, x.type), ndArray(shape, indices, 'int')];
};

function columnMajor(places: Float64Array, spatial: readonly number[]): Float64Array {
  const length = sizeOf(spatial);
  let stride = 1;
  const strides = spatial.map((each) => {
    const own = stride;
    stride *= each;
    return own;
  });
  const renumbered = offsetsOf(spatial, strides);
  return places.map((place) => place - (place % length) + renumbered[place % length]!);
}

/** All spatial axes shrink to length 1. */
function globalPool(pool: (values: Float64Array) => number): Operator {
  return (inputs, node) => {
    const x = inputAt(inputs, 0, node);
    const spatial = x.shape.slice(2);
    const length = sizeOf(spatial);
    const planes = sizeOf(x.shape.slice(0, 2));
    const data = Float64Array.from({ length: planes }, (_, plane) =>
      pool(x.data.subarray(plane * length, (plane + 1) * length)),
    );
    return [ndArray([...x.shape.slice(0, 2), ...spatial.map(() => 1)], data, x.type)];
  };
}

/** Operators that reduce windows to their mean or maximum. */
export const poolings: OperatorFamily = {
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: globalPool((values) => values.reduce((sum, x) => sum + x, 0) / values.length),
  GlobalMaxPool: globalPool((values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
};
