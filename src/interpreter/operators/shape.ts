import { describeNode, intAttribute, intsAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { broadcastShapes, broadcastTo, integers, type NdArray, scalar } from '../nd-array.ts';
import { allInputs, axisOf, describeShapes, inputAt, integersArgument, operatorError } from './arguments.ts';
import { axisLines, takeAlongAxis, withLength } from './axis-lines.ts';
import type { Operator, OperatorFamily } from './operator.ts';
import { transpose } from './transpose.ts';

/** The same elements under another shape. @throws RuntimeError if the number of elements differs */
function reshape(x: NdArray, shape: readonly number[], of: Node): NdArray {
  if (sizeOf(shape) === x.data.length) return { ...x, shape };
  throw operatorError(of, `an input that fits [${shape.join(',')}]`, describeShapes(x));
}

/** 0 keeps a length (unless allowzero), one −1 takes what is left. */
const reshapeOperator: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const wanted = integersArgument(inputs, 1, node, 'shape') ?? [];
  const allowZero = intAttribute(node, 'allowzero', 0) !== 0;
  const known = wanted.map((length, axis) => (length === 0 && !allowZero ? (x.shape[axis] ?? 0) : length));
  const rest = sizeOf(known.filter((length) => length !== -1));
  const shape = known.map((length) => (length === -1 ? (rest === 0 ? 0 : x.data.length / rest) : length));
  return [reshape(x, shape, node)];
};

const flatten: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = intAttribute(node, 'axis', 1);
  const split = axis === x.shape.length ? axis : axisOf(axis, x.shape.length, node);
  return [reshape(x, [sizeOf(x.shape.slice(0, split)), sizeOf(x.shape.slice(split))], node)];
};

const transposeOperator: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const reversed = x.shape.map((_, axis) => x.shape.length - 1 - axis);
  const order = intsAttribute(node, 'perm', reversed);
  if (order.length === x.shape.length) return [transpose(x, order)];
  throw operatorError(node, `an input of rank ${order.length}`, describeShapes(x));
};

const squeeze: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const rank = x.shape.length;
  const given = integersArgument(inputs, 1, node, 'axes')?.map((axis) => axisOf(axis, rank, node));
  const shape = x.shape.filter((length, axis) => (given ? !given.includes(axis) : length !== 1));
  return [reshape(x, shape, node)];
};

const unsqueeze: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const given = integersArgument(inputs, 1, node, 'axes') ?? [];
  const rank = x.shape.length + given.length;
  const added = new Set(given.map((axis) => axisOf(axis, rank, node)));
  const lengths = [...x.shape];
  const shape = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : lengths.shift()!));
  return [reshape(x, shape, node)];
};

const shapeOperator: Operator = (inputs, node) => {
  const { shape } = inputAt(inputs, 0, node);
  const start = intAttribute(node, 'start', 0);
  return [integers(shape.slice(start, intAttribute(node, 'end', shape.length)))];
};

const expand: Operator = (inputs, node) => {
  const [x, wanted] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  const where = describeNode(node);
  return [broadcastTo(x, broadcastShapes([x.shape, [...wanted.data]], where), where)];
};

const tile: Operator = (inputs, node) => {
  const [x, repeats] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  return [
    x.shape.reduce((tiled, length, axis) => {
      const indices = Array.from({ length: length * (repeats.data[axis] ?? 1) }, (_, i) => i % length);
      return takeAlongAxis(tiled, axis, indices);
    }, x),
  ];
};

/** Joins arrays along an axis. @throws RuntimeError if the other lengths differ */
export function concat(arrays: readonly [NdArray, ...NdArray[]], axis: number, of: Node): NdArray {
  const [first] = arrays;
  const total = arrays.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  const shape = withLength(first.shape, axis, total);
  const { outer } = axisLines(shape, axis);
  const data = new Float64Array(sizeOf(shape));
  const rowLength = data.length / outer;
  let start = 0;
  for (const each of arrays) {
    const length = each.data.length / outer;
    if (String(withLength(each.shape, axis, total)) !== String(shape)) {
      throw operatorError(of, `inputs that differ in axis ${axis} only`, describeShapes(...arrays));
    }
    for (let o = 0; o < outer; o++) {
      data.set(each.data.subarray(o * length, (o + 1) * length), o * rowLength + start);
    }
    start += length;
  }
  return { shape, data, type: first.type };
}

const concatOperator: Operator = (inputs, node) => {
  const arrays = allInputs(inputs, node);
  return [concat(arrays, axisOf(intAttribute(node, 'axis'), arrays[0].shape.length, node), node)];
};

/** Lengths come from the attribute (up to 12), the input, or equal parts of which the last may be smaller. */
const split: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const axis = axisOf(intAttribute(node, 'axis', 0), x.shape.length, node);
  const length = x.shape[axis]!;
  const parts = intAttribute(node, 'num_outputs', node.outputs.length);
  const chunk = Math.ceil(length / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(chunk, length - i * chunk)));
  const lengths = integersArgument(inputs, 1, node, 'split') ?? equal;
  if (lengths.reduce((sum, each) => sum + each, 0) !== length) {
    throw operatorError(node, `lengths that add up to ${length}`, `[${lengths.join(',')}]`);
  }
  let start = 0;
  return lengths.map((count) => {
    const from = start;
    start += count;
    return takeAlongAxis(
      x,
      axis,
      Array.from({ length: count }, (_, i) => from + i),
    );
  });
};

/** Moves blocks of channels into space: [N, C·b², H, W] -> [N, C, H·b, W·b]. */
const depthToSpace: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const b = intAttribute(node, 'blocksize');
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  const columnsFirst = node.attributes.get('mode')?.value === 'CRD';
  const split = columnsFirst ? [n, c / (b * b), b, b, h, w] : [n, b, b, c / (b * b), h, w];
  const moved = transpose(reshape(x, split, node), columnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
  return [reshape(moved, [n, c / (b * b), h * b, w * b], node)];
};

/** Moves blocks of space into channels: [N, C, H·b, W·b] -> [N, C·b², H, W]. */
const spaceToDepth: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const b = intAttribute(node, 'blocksize');
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  const moved = transpose(reshape(x, [n, c, h / b, b, w / b, b], node), [0, 3, 5, 1, 2, 4]);
  return [reshape(moved, [n, c * b * b, h / b, w / b], node)];
};

/** Operators that change shapes and the order of elements. */
export const shapes: OperatorFamily = {
  Shape: shapeOperator,
  Size: (inputs, node) => [scalar(inputAt(inputs, 0, node).data.length, 'int')],
  Reshape: reshapeOperator,
  Flatten: flatten,
  Transpose: transposeOperator,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  Concat: concatOperator,
  Split: split,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
