import { describeNode, intAttribute } from '../../graph/node.ts';
import { broadcastBinary, type ElementType, mapElements } from '../nd-array.ts';
import { allInputs, inputAt } from './arguments.ts';
import type { Operator, OperatorFamily } from './operator.ts';

type Pairwise = (x: number, y: number) => number;

/** Two inputs, broadcast; the outcome has the type of the first. Integers may have a function of their own. */
function binary(onFloats: Pairwise, onIntegers: Pairwise = onFloats): Operator {
  return (inputs, node) => {
    const [a, b] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
    const fn = a.type === 'float' ? onFloats : onIntegers;
    return [broadcastBinary(a, b, fn, a.type, describeNode(node))];
  };
}

/** Any number of inputs, broadcast, combined from left to right and then finished with their number. */
function variadic(fn: Pairwise, finish?: (x: number, count: number) => number): Operator {
  return (inputs, node) => {
    const [first, ...rest] = allInputs(inputs, node);
    const combined = rest.reduce((a, b) => broadcastBinary(a, b, fn, a.type, describeNode(node)), first);
    return [finish ? mapElements(combined, (x) => finish(x, inputs.length)) : combined];
  };
}

/** C's pow, which unlike JavaScript's has 1^y = 1 and (−1)^±∞ = 1. */
function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1;
  return x ** y;
}

/** Remainder with the sign of the divisor. */
function modulo(x: number, y: number): number {
  const remainder = x % y;
  return remainder !== 0 && remainder < 0 !== y < 0 ? remainder + y : remainder;
}

const mod: Operator = (inputs, node, context) => {
  const likeC = intAttribute(node, 'fmod', 0) !== 0;
  return binary(likeC ? (x, y) => x % y : modulo)(inputs, node, context);
};

/** Two inputs, broadcast; the outcome is true or false. */
function comparison(fn: (x: number, y: number) => boolean): Operator {
  const asNumber: Pairwise = (x, y) => (fn(x, y) ? 1 : 0);
  const type: ElementType = 'bool';
  return (inputs, node) => {
    const [a, b] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
    return [broadcastBinary(a, b, asNumber, type, describeNode(node))];
  };
}

/** Operators that combine arrays element by element, with broadcasting. */
export const arithmetic: OperatorFamily = {
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary(
    (x, y) => x / y,
    (x, y) => Math.trunc(x / y),
  ),
  Pow: binary(power, (x, y) => Math.trunc(power(x, y))),
  Mod: mod,
  PRelu: binary((x, slope) => (x < 0 ? x * slope : x)),
  Sum: variadic((x, y) => x + y),
  Mean: variadic(
    (x, y) => x + y,
    (sum, count) => sum / count,
  ),
  Min: variadic(Math.min),
  Max: variadic(Math.max),
  Equal: comparison((x, y) => x === y),
  Greater: comparison((x, y) => x > y),
  GreaterOrEqual: comparison((x, y) => x >= y),
  Less: comparison((x, y) => x < y),
  LessOrEqual: comparison((x, y) => x <= y),
  And: comparison((x, y) => x !== 0 && y !== 0),
  Or: comparison((x, y) => x !== 0 || y !== 0),
  Xor: comparison((x, y) => (x !== 0) !== (y !== 0)),
};
