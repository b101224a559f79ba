import { dataTypeFromOnnx } from '../../graph/data-type.ts';
import { describeNode, intAttribute, tensorAttribute } from '../../graph/node.ts';
import {
  broadcastShapes,
  broadcastTo,
  elementTypeOf,
  filled,
  fromTensor,
  integers,
  type NdArray,
  ndArray,
  scalar,
} from '../nd-array.ts';
import { axisOf, inputAt, onlyElement, operatorError } from './arguments.ts';
import type { Operator, OperatorFamily } from './operator.ts';
import { transpose } from './transpose.ts';

const constant: Operator = (_, node) => {
  for (const [key, { kind, value }] of node.attributes) {
    if (!key.startsWith('value')) continue;
    if (kind === 'tensor') return [fromTensor(value)];
    if (kind === 'float') return [scalar(value)];
    if (kind === 'int') return [scalar(value, 'int')];
    if (kind === 'floats') return [ndArray([value.length], value)];
    if (kind === 'ints') return [integers(value)];
  }
  const keys = [...node.attributes.keys()].join(', ') || 'no attribute';
  throw operatorError(node, 'a value of numbers', keys, 'Texts and sparse tensors cannot be evaluated');
};

const constantOfShape: Operator = (inputs, node) => {
  const shape = [...inputAt(inputs, 0, node).data];
  if (!node.attributes.has('value')) return [filled(shape, 0)];
  const value = fromTensor(tensorAttribute(node, 'value'));
  return [filled(shape, onlyElement(value, node), value.type)];
};

const range: Operator = (inputs, node) => {
  const [first, limit, step] = [0, 1, 2].map((at) => onlyElement(inputAt(inputs, at, node), node));
  const count = Math.max(0, Math.ceil((limit! - first!) / step!));
  const data = Float64Array.from({ length: count }, (_, i) => first! + i * step!);
  return [{ shape: [count], data, type: inputAt(inputs, 0, node).type }];
};

const eyeLike: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const [rows = 0, columns = 0] = x.shape;
  const shift = intAttribute(node, 'k', 0);
  const type = node.attributes.has('dtype')
    ? elementTypeOf(dataTypeFromOnnx(intAttribute(node, 'dtype'), describeNode(node)))
    : x.type;
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const column = row + shift;
    if (column >= 0 && column < columns) data[row * columns + column] = 1;
  }
  return [{ shape: x.shape, data, type }];
};

/** An index outside [−depth, depth) gives a line of all `off`. */
const oneHot: Operator = (inputs, node) => {
  const [indices, values] = [inputAt(inputs, 0, node), inputAt(inputs, 2, node)];
  const depth = onlyElement(inputAt(inputs, 1, node), node);
  const [off, on] = values.data;
  const hot = filled([...indices.shape, depth], off!, values.type);
  for (const [i, index] of indices.data.entries()) {
    const at = index < 0 ? index + depth : index;
    if (at >= 0 && at < depth) hot.data[i * depth + at] = on!;
  }
  const rank = hot.shape.length;
  const axis = axisOf(intAttribute(node, 'axis', -1), rank, node);
  const order = Array.from({ length: rank - 1 }, (_, each) => each).toSpliced(axis, 0, rank - 1);
  return [transpose(hot, order)];
};

/** Keeps the upper or lower triangle of the last two axes. */
const trilu: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const shift = inputs[1] ? onlyElement(inputs[1], node) : 0;
  const upper = intAttribute(node, 'upper', 1) !== 0;
  const [rows = 1, columns = 1] = x.shape.slice(-2);
  const data = x.data.map((value, i) => {
    const above = (i % columns) - (Math.floor(i / columns) % rows) - shift;
    return (upper ? above >= 0 : above <= 0) ? value : 0;
  });
  return [{ ...x, data }];
};

const where: Operator = (inputs, node) => {
  const [condition, yes, no] = [0, 1, 2].map((at) => inputAt(inputs, at, node)) as [
    NdArray,
    NdArray,
    NdArray,
  ];
  const place = describeNode(node);
  const shape = broadcastShapes([condition.shape, yes.shape, no.shape], place);
  const [c, a, b] = [condition, yes, no].map((each) => broadcastTo(each, shape, place).data);
  return [{ shape, data: c!.map((on, i) => (on ? a![i]! : b![i]!)), type: yes.type }];
};

/** Operators that make arrays, or choose between them. */
export const generations: OperatorFamily = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: eyeLike,
  OneHot: oneHot,
  Trilu: trilu,
  Where: where,
};
