import { constantTensor } from '../../analysis/constant-tensor.ts';
import { inferredShape } from '../../analysis/inferred-shape.ts';
import { onnxDataType } from '../../graph/data-type.ts';
import type { Graph } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { Tensor } from '../../graph/tensor.ts';
import { unsqueeze } from '../unsqueeze.ts';
import type { Surroundings } from './define-decomposition.ts';
import { lengthOf } from './heads.ts';

const booleans = new Set([
  'Not',
  'And',
  'Or',
  'Xor',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
]);
const carriers = new Set([
  'Identity',
  'Unsqueeze',
  'Reshape',
  'Expand',
  'Slice',
  'Squeeze',
  'Transpose',
  'Tile',
]);

/** Whether a value is a tensor of booleans. */
export function isBoolean(graph: Graph, value: string): boolean {
  const declared =
    constantTensor(graph, value)?.dataType ?? graph.inputs.find(({ name }) => name === value)?.dataType;
  const producer = graph.producerOf(value);
  if (producer?.opType === 'Cast') return producer.attributes.get('to')?.value === onnxDataType('bool');
  if (declared) return declared === 'bool';
  if (!producer) return false;
  if (carriers.has(producer.opType)) return isBoolean(graph, producer.inputs[0]!);
  return booleans.has(producer.opType);
}

/** Visible where all of the masks say so. */
export function mergeMasks(build: GraphBuilder, masks: readonly string[]): string | undefined {
  if (masks.length === 0) return undefined;
  return masks.reduce((all, mask) => build.op('And', [all, mask]));
}

/** The positions 0, 1, … of the tokens of a value [batch, heads, tokens, size], int64 [tokens]. */
export function tokenPositions(build: GraphBuilder, value: string): string {
  const one = build.constant('one', Tensor.int64([], [1]));
  const zero = build.constant('zero', Tensor.int64([], [0]));
  const length = build.op('Gather', [
    build.op('Shape', [value]),
    build.constant('axis', Tensor.int64([], [2])),
  ]);
  return build.op('Range', [zero, length, one]);
}

/**
 * Each query sees the keys up to its own position.
 *
 * @param past keys from before the first query
 */
export function causalMask(
  { build, opset }: Surroundings,
  query: string,
  key: string,
  past?: string,
): string {
  let own = tokenPositions(build, query);
  if (past) own = build.op('Add', [own, lengthOf(build, past, 2)]);
  return noLaterThan(build, tokenPositions(build, key), unsqueeze(build, opset, own, 1));
}

function noLaterThan(build: GraphBuilder, a: string, b: string): string {
  return build.op('Not', [build.op('Greater', [a, b])]);
}

/**
 * The mask of keys in one of the forms that ONNX Runtime's operators take: [batch, keys] or [batch, queries, keys] with 1 for those that are
 * seen, [batch] with their number, or [2·batch] with the end and then the start of what is seen.
 *
 * @returns booleans, broadcast to the scores; nothing for other forms
 */
export function keyMask(around: Surroundings, mask: string, key: string): string | undefined {
  const { build, opset } = around;
  const shape = inferredShape(build.graph, mask);
  const whole = build.op('Cast', [mask], { to: onnxDataType('int64') });
  const seen = () => build.op('Greater', [whole, build.constant('zero', Tensor.int64([], [0]))]);
  if (shape?.length === 2) return unsqueeze(build, opset, unsqueeze(build, opset, seen(), 1), 1);
  if (shape?.length === 3) return unsqueeze(build, opset, seen(), 1);
  const batch = inferredShape(build.graph, key)?.[0];
  const onePerImage =
    shape?.length === 1 &&
    (typeof shape[0] === 'number' ? shape[0] === batch : shape[0] === batch && batch !== undefined);
  if (!onePerImage) return undefined;
  const ends = build.op('Reshape', [whole, build.integers('ends', [-1, 1, 1, 1])]);
  return build.op('Less', [tokenPositions(build, key), ends]);
}
