import { erf } from '../../analysis/error-function.ts';
import { bytesPerElement, type DataType, dataTypeFromOnnx } from '../../graph/data-type.ts';
import { describeNode, intAttribute } from '../../graph/node.ts';
import {
  clampToExact,
  type ElementType,
  elementTypeOf,
  filled,
  mapElements,
  type NdArray,
} from '../nd-array.ts';
import { inputAt, operatorError } from './arguments.ts';
import type { Operator, OperatorFamily } from './operator.ts';

/** One input; the outcome has the same type unless another is named. */
function unary(fn: (x: number) => number, type?: ElementType): Operator {
  return (inputs, node) => {
    const input = inputAt(inputs, 0, node);
    return [mapElements(input, fn, type ?? input.type)];
  };
}

/** The nearest integer; the even one of two that are equally near. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const excess = x - below;
  if (excess !== 0.5) return excess < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * Floats of every width stay float64: the oracle tells what the network means, not what a narrow type loses.
 * Integers are truncated; an integer too large for a narrower type wraps as in C, a float saturates.
 */
const cast: Operator = (inputs, node) => {
  const to = dataTypeFromOnnx(intAttribute(node, 'to'), describeNode(node));
  const input = inputAt(inputs, 0, node);
  if (elementTypeOf(to) !== 'int') return [castToType(input, elementTypeOf(to))];
  return [mapElements(castToType(input, 'int'), input.type === 'float' ? saturate(to) : wrap(to))];
};

function castToType(input: NdArray, type: ElementType): NdArray {
  if (type === 'bool') return mapElements(input, (x) => (x === 0 ? 0 : 1), 'bool');
  if (type === 'float') return mapElements(input, (x) => x, 'float');
  return mapElements(input, (x) => (Number.isNaN(x) ? 0 : clampToExact(Math.trunc(x))), 'int');
}

function integerRange(type: DataType): { low: number; high: number } {
  const values = 2 ** (8 * bytesPerElement(type));
  return type.startsWith('u') ? { low: 0, high: values - 1 } : { low: -values / 2, high: values / 2 - 1 };
}

function saturate(type: DataType): (x: number) => number {
  const { low, high } = integerRange(type);
  return (x) => Math.min(Math.max(x, low), high);
}

function wrap(type: DataType): (x: number) => number {
  const { low, high } = integerRange(type);
  const count = high - low + 1;
  if (bytesPerElement(type) === 8) return (x) => x;
  return (x) => x - count * Math.floor((x - low) / count);
}

const castLike: Operator = (inputs, node) => [
  castToType(inputAt(inputs, 0, node), inputAt(inputs, 1, node).type),
];

/** At inference nothing is dropped; the mask, where asked for, is all true. */
const dropout: Operator = (inputs, node) => {
  const input = inputAt(inputs, 0, node);
  if (inputs[2]?.data[0]) {
    throw operatorError(node, 'training_mode = false', 'true', 'Export the model in evaluation mode');
  }
  return [input, filled(input.shape, 1, 'bool')];
};

/** Operators on each element of one array. */
export const elementwise: OperatorFamily = {
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Erf: unary(erf),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfToEven),
  Reciprocal: unary((x) => 1 / x),
  Not: unary((x) => (x === 0 ? 1 : 0), 'bool'),
  IsNaN: unary((x) => (Number.isNaN(x) ? 1 : 0), 'bool'),
  IsInf: unary((x) => (Math.abs(x) === Number.POSITIVE_INFINITY ? 1 : 0), 'bool'),
  Identity: unary((x) => x),
  Cast: cast,
  CastLike: castLike,
  Dropout: dropout,
};
