import { intAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { type NdArray, offsetsOf, stridesOf } from '../nd-array.ts';
import { axisOf, describeShapes, indexOf, inputAt, operatorError } from './arguments.ts';
import { takeAlongAxis } from './axis-lines.ts';
import type { Operator, OperatorFamily, OperatorInputs } from './operator.ts';
import { slice } from './slice.ts';

/** The axis of the data is replaced by the axes of the indices. */
const gather: Operator = (inputs, node) => {
  const [x, indices] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length, node);
  const chosen = indices.data.map((index) => indexOf(index, x.shape[axis]!, node));
  const shape = x.shape.toSpliced(axis, 1, ...indices.shape);
  return [{ ...takeAlongAxis(x, axis, chosen), shape }];
};

/** For each element of `indices`, the place in the data where only the coordinate of the axis is replaced. */
function elementPlaces(x: NdArray, indices: NdArray, axis: number, of: Node): Int32Array {
  const strides = stridesOf(x.shape);
  const places = offsetsOf(indices.shape, strides.with(axis, 0));
  return places.map((place, i) => place + indexOf(indices.data[i]!, x.shape[axis]!, of) * strides[axis]!);
}

const gatherElements: Operator = (inputs, node) => {
  const [x, indices] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length, node);
  const places = elementPlaces(x, indices, axis, node);
  return [{ shape: indices.shape, data: Float64Array.from(places, (at) => x.data[at]!), type: x.type }];
};

/** For each index tuple (last axis of `indices`), the place where its slice of the data starts. */
function slicePlaces(x: NdArray, indices: NdArray, batchAxes: number, of: Node): number[] {
  const depth = indices.shape.at(-1) ?? 0;
  const strides = stridesOf(x.shape);
  const tuples = sizeOf(indices.shape.slice(0, -1));
  const tuplesPerBatch = tuples / sizeOf(x.shape.slice(0, batchAxes));
  const batchStride = sizeOf(x.shape.slice(batchAxes));
  return Array.from({ length: tuples }, (_, tuple) => {
    let place = Math.floor(tuple / tuplesPerBatch) * batchStride;
    for (let i = 0; i < depth; i++) {
      const axis = batchAxes + i;
      place += indexOf(indices.data[tuple * depth + i]!, x.shape[axis] ?? 0, of) * strides[axis]!;
    }
    return place;
  });
}

const gatherNd: Operator = (inputs, node) => {
  const [x, indices] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  const batchAxes = intAttribute(node, 'batch_dims', 0);
  const rest = x.shape.slice(batchAxes + (indices.shape.at(-1) ?? 0));
  const length = sizeOf(rest);
  const shape = [...indices.shape.slice(0, -1), ...rest];
  const data = new Float64Array(sizeOf(shape));
  for (const [i, place] of slicePlaces(x, indices, batchAxes, node).entries()) {
    data.set(x.data.subarray(place, place + length), i * length);
  }
  return [{ shape, data, type: x.type }];
};

type Combine = (old: number, update: number) => number;

const combinations: Readonly<Record<string, Combine>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

function scatterInputs(inputs: OperatorInputs, node: Node) {
  const [x, indices, updates] = [0, 1, 2].map((position) => inputAt(inputs, position, node));
  const name = stringAttribute(node, 'reduction', 'none');
  const combine = combinations[name];
  if (!combine) throw operatorError(node, 'reduction = none, add, mul, max or min', `'${name}'`);
  return { x: x!, indices: indices!, updates: updates!, combine };
}

const scatterNd: Operator = (inputs, node) => {
  const { x, indices, updates, combine } = scatterInputs(inputs, node);
  const length = sizeOf(x.shape.slice(indices.shape.at(-1) ?? 0));
  const places = slicePlaces(x, indices, 0, node);
  if (updates.data.length !== places.length * length) {
    throw operatorError(node, `${places.length * length} updates`, describeShapes(updates));
  }
  const data = x.data.slice();
  for (const [i, place] of places.entries()) {
    for (let j = 0; j < length; j++) {
      data[place + j] = combine(data[place + j]!, updates.data[i * length + j]!);
    }
  }
  return [{ ...x, data }];
};

const scatterElements: Operator = (inputs, node) => {
  const { x, indices, updates, combine } = scatterInputs(inputs, node);
  const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length, node);
  const data = x.data.slice();
  for (const [i, place] of elementPlaces(x, indices, axis, node).entries()) {
    data[place] = combine(data[place]!, updates.data[i]!);
  }
  return [{ ...x, data }];
};

/** Operators that read or write elements by index. */
export const indexings: OperatorFamily = {
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterND: scatterNd,
  ScatterElements: scatterElements,
};
