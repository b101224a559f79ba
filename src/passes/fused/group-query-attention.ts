import { inferredShape } from '../../analysis/inferred-shape.ts';
import { onnxDataType } from '../../graph/data-type.ts';
import { floatAttribute, intAttribute, type Node } from '../../graph/node.ts';
import { unsqueeze } from '../unsqueeze.ts';
import { type Decomposition, optionalInput, type Surroundings } from './define-decomposition.ts';
import { cutLast, lengthOf, mergeHeads, repeatHeads, splitHeads } from './heads.ts';
import { causalMask, tokenPositions } from './masks.ts';
import { rotate, type Turns } from './rotate.ts';
import { scaledDotProduct } from './scaled-dot-product.ts';

/**
 * GroupQueryAttention of ONNX Runtime for whole sequences: causal, several queries share a key, positions may be rotary. With a
 * cache of earlier keys, a window, or sinks it has no form here. Outputs: result, keys, values.
 */
export const groupQueryAttention: Decomposition = (of, around) => {
  const { build } = around;
  if (!isPlain(of, around)) return undefined;
  const [queries, shared] = [intAttribute(of, 'num_heads'), intAttribute(of, 'kv_num_heads')];
  const projected = projections(of, around, queries, shared);
  if (!projected) return undefined;
  let [query, key] = projected;
  const value = projected[2];
  if (intAttribute(of, 'do_rotary', 0) === 1) {
    const turns = turnsOf(of, around, query);
    const size = inferredShape(build.graph, query)?.at(-1);
    if (!turns) return undefined;
    const rest = size !== turns.size;
    [query, key] = [rotate(around, query, turns, rest), rotate(around, key, turns, rest)];
  }
  const repeat = (each: string) => repeatHeads(build, each, shared, queries / shared);
  const bias = optionalInput(of, 10);
  const context = scaledDotProduct(build, {
    query,
    key: repeat(key),
    value: repeat(value),
    scale: floatAttribute(of, 'scale', 0),
    softcap: floatAttribute(of, 'softcap', 0),
    biases: bias ? [bias] : [],
    visible: [causalMask(around, query, key), keysUpTo(around, of.inputs[5]!, key)],
  });
  return [mergeHeads(build, context), key, value];
};

function isPlain(of: Node, { build }: Surroundings): boolean {
  const past = optionalInput(of, 3);
  const isEmpty = !past || inferredShape(build.graph, past)?.[2] === 0;
  const window = intAttribute(of, 'local_window_size', -1);
  const sinks = optionalInput(of, 11) !== undefined || intAttribute(of, 'smooth_softmax', 0) === 1;
  return isEmpty && window === -1 && !sinks && !of.outputs[3];
}

/** Queries, keys and values [batch, heads, tokens, size], from three inputs or from one. */
function projections(
  of: Node,
  { build }: Surroundings,
  queries: number,
  shared: number,
): [string, string, string] | undefined {
  const [first, key, value] = of.inputs as [string, string, string];
  if (key)
    return [
      splitHeads(build, first, queries),
      splitHeads(build, key, shared),
      splitHeads(build, value, shared),
    ];
  const width = inferredShape(build.graph, first)?.at(-1);
  if (typeof width !== 'number') return undefined;
  const size = width / (queries + 2 * shared);
  const [a, b] = [queries * size, (queries + shared) * size];
  return [
    splitHeads(build, cutLast(build, first, 0, a), queries),
    splitHeads(build, cutLast(build, first, a, b), shared),
    splitHeads(build, cutLast(build, first, b, width), shared),
  ];
}

function turnsOf(of: Node, { build, opset }: Surroundings, query: string): Turns | undefined {
  const caches = [optionalInput(of, 7), optionalInput(of, 8)];
  const half = caches[0] && inferredShape(build.graph, caches[0])?.at(-1);
  if (!caches[1] || typeof half !== 'number') return undefined;
  const positions = optionalInput(of, 9);
  const [cosines, sines] = caches.map((cache) => {
    if (positions) return unsqueeze(build, opset, build.op('Gather', [cache!, positions], { axis: 0 }), 1);
    const [from, axis] = [build.integers('from', [0]), build.integers('rows', [0])];
    const rows = build.op('Slice', [cache!, from, lengthOf(build, query, 2), axis]);
    return unsqueeze(build, opset, unsqueeze(build, opset, rows, 0), 0);
  }) as [string, string];
  return { cosines, sines, size: 2 * half, interleaved: intAttribute(of, 'rotary_interleaved', 0) === 1 };
}

/** @param last int32 [batch]: the position of the last key that is no padding */
function keysUpTo({ build }: Surroundings, last: string, key: string): string {
  const whole = build.op('Cast', [last], { to: onnxDataType('int64') });
  const ends = build.op('Reshape', [whole, build.integers('ends', [-1, 1, 1, 1])]);
  return build.op('Not', [build.op('Greater', [tokenPositions(build, key), ends])]);
}
