import { RuntimeError } from '../../errors.ts';
import { describeNode, intsAttribute, type Node } from '../../graph/node.ts';
import type { NdArray } from '../nd-array.ts';
import type { OperatorInputs } from './operator.ts';

/** An error that names the node. */
export function operatorError(
  of: Node,
  expected: string,
  got: string,
  remedy = 'The model is not valid ONNX, or its inputs have wrong shapes; check both',
): RuntimeError {
  return new RuntimeError({ where: describeNode(of), expected, got, remedy });
}

/** The input at a position. @throws RuntimeError if it was omitted */
export function inputAt(inputs: OperatorInputs, position: number, of: Node): NdArray {
  const found = inputs[position];
  if (found) return found;
  throw operatorError(of, `an input at position ${position}`, 'none');
}

/** All inputs of a variadic operator. @throws RuntimeError if there are none or one was omitted */
export function allInputs(inputs: OperatorInputs, of: Node): [NdArray, ...NdArray[]] {
  const [first, ...rest] = inputs.map((_, position) => inputAt(inputs, position, of));
  return [first ?? inputAt(inputs, 0, of), ...rest];
}

/** The single number in an array of one element. @throws RuntimeError if there are more or none */
export function onlyElement(array: NdArray, of: Node): number {
  const [value] = array.data;
  if (array.data.length === 1 && value !== undefined) return value;
  throw operatorError(of, 'a scalar', `shape [${array.shape.join(',')}]`);
}

/** The number in an optional scalar input, or the fallback where the input was omitted. */
export function scalarInput(inputs: OperatorInputs, position: number, of: Node, fallback: number): number {
  const found = inputs[position];
  return found ? onlyElement(found, of) : fallback;
}

/**
 * A list of integers that older operator sets give as an attribute and newer ones as an input.
 *
 * @returns `undefined` if there is neither
 */
export function integersArgument(
  inputs: OperatorInputs,
  position: number,
  of: Node,
  key: string,
): number[] | undefined {
  const given = inputs[position];
  if (given) return [...given.data];
  return of.attributes.has(key) ? [...intsAttribute(of, key)] : undefined;
}

/** An axis counted from the front. @throws RuntimeError if there is no such axis */
export function axisOf(axis: number, rank: number, of: Node): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw operatorError(of, `an axis from ${-rank} to ${rank - 1}`, `${axis}`);
}

/** An index counted from the front. @throws RuntimeError if the axis is shorter */
export function indexOf(index: number, length: number, of: Node): number {
  if (index >= -length && index < length) return index < 0 ? index + length : index;
  throw operatorError(of, `an index from ${-length} to ${length - 1}`, `${index}`);
}

/** How messages write shapes: `[2,3] and [4]`. */
export function describeShapes(...arrays: readonly NdArray[]): string {
  return arrays.map(({ shape }) => `[${shape.join(',')}]`).join(' and ');
}
