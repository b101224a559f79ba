import { inferredShape } from '../../analysis/inferred-shape.ts';
import { floatAttribute, intAttribute, intsAttribute, type Node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { unsqueeze } from '../unsqueeze.ts';
import { type Decomposition, optionalInput, type Surroundings } from './define-decomposition.ts';
import { cutLast, mergeHeads, splitHeads } from './heads.ts';
import { causalMask, keyMask } from './masks.ts';
import { scaledDotProduct } from './scaled-dot-product.ts';

/** Attention of ONNX Runtime: one matrix makes queries, keys and values. Outputs: result, keys and values of now and the past. */
export const packedAttention: Decomposition = (of, around) => {
  const { build, opset } = around;
  if (intAttribute(of, 'do_rotary', 0) === 1 || intAttribute(of, 'past_present_share_buffer', 0) === 1)
    return undefined;
  const sizes = packedSizes(of, around);
  if (!sizes) return undefined;
  const heads = intAttribute(of, 'num_heads');
  const product = build.op('MatMul', of.inputs.slice(0, 2), {}, { name: 'qkv' });
  const bias = optionalInput(of, 2);
  const packed = bias ? build.op('Add', [product, bias]) : product;
  const [query, key, value] = cutParts(around, packed, sizes).map((each) =>
    splitHeads(build, each, heads),
  ) as [string, string, string];
  const past = optionalInput(of, 4);
  const partOfPast = (at: number) =>
    past && build.op('Gather', [past, build.constant('part', Tensor.int64([], [at]))], { axis: 0 });
  const attended = attend(of, around, {
    query,
    key,
    value,
    mask: optionalInput(of, 3),
    bias: optionalInput(of, 5),
    pastKey: partOfPast(0),
    pastValue: partOfPast(1),
  });
  if (!attended || !of.outputs[1]) return attended?.slice(0, 1);
  const present = attended.slice(1).map((each) => unsqueeze(build, opset, each, 0));
  return [attended[0]!, build.op('Concat', present, { axis: 0 })];
};

/** MultiHeadAttention of ONNX Runtime. Outputs: result, and keys and values with those of the past. */
export const multiHeadAttention: Decomposition = (of, around) => {
  // A cache with places to fill, and one shared by beams, have no form here.
  if (optionalInput(of, 8) || optionalInput(of, 9)) return undefined;
  const heads = apartHeads(of, around);
  if (!heads) return undefined;
  const [query, key, value] = heads;
  return attend(of, around, {
    query,
    key,
    value,
    mask: optionalInput(of, 4),
    bias: optionalInput(of, 5),
    pastKey: optionalInput(of, 6),
    pastValue: optionalInput(of, 7),
  });
};

interface Attended {
  /** [batch, heads, tokens, size] each. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly mask: string | undefined;
  readonly bias: string | undefined;
  readonly pastKey: string | undefined;
  readonly pastValue: string | undefined;
}

/** @returns result [batch, tokens, heads·size], keys, values */
function attend(of: Node, around: Surroundings, parts: Attended): string[] | undefined {
  const { build } = around;
  const { query, mask, bias, pastKey, pastValue } = parts;
  const key = pastKey ? build.op('Concat', [pastKey, parts.key], { axis: 2 }) : parts.key;
  const value = pastValue ? build.op('Concat', [pastValue, parts.value], { axis: 2 }) : parts.value;
  const visible = mask ? keyMask(around, mask, key) : undefined;
  if (mask && !visible) return undefined;
  const causal = intAttribute(of, 'unidirectional', 0) === 1;
  const context = scaledDotProduct(build, {
    query,
    key,
    value,
    scale: floatAttribute(of, 'scale', 0),
    biases: bias ? [bias] : [],
    visible: [...(visible ? [visible] : []), ...(causal ? [causalMask(around, query, key, pastKey)] : [])],
  });
  return [mergeHeads(build, context), key, value];
}

/** How wide queries, keys and values are in what one matrix makes. */
function packedSizes(of: Node, { build }: Surroundings): readonly number[] | undefined {
  const given = intsAttribute(of, 'qkv_hidden_sizes', []);
  if (given.length === 3) return given;
  const width = inferredShape(build.graph, of.inputs[1]!)?.[1];
  return typeof width === 'number' ? [width / 3, width / 3, width / 3] : undefined;
}

function cutParts({ build }: Surroundings, packed: string, sizes: readonly number[]): string[] {
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return cutLast(build, packed, from - size, from);
  });
}

/** Queries, keys and values [batch, heads, tokens, size], from whichever of the inputs they are in. */
function apartHeads(of: Node, around: Surroundings): readonly [string, string, string] | undefined {
  const { build } = around;
  const [query, key, value, bias] = [0, 1, 2, 3].map((i) => optionalInput(of, i));
  const heads = intAttribute(of, 'num_heads');
  const taken = (packed: string, at: number) => {
    const part = build.op('Gather', [packed, build.constant('part', Tensor.int64([], [at]))], { axis: 3 });
    return build.op('Transpose', [part], { perm: [0, 2, 1, 3] });
  };
  // [batch, tokens, heads, 3, size], or 2 beside queries of their own.
  if (!key) return bias ? undefined : [taken(query!, 0), taken(query!, 1), taken(query!, 2)];
  const biases = bias ? biasParts(of, around, bias) : [];
  if (!biases) return undefined;
  const split = (each: string, at: number) =>
    splitHeads(build, biases[at] ? build.op('Add', [each, biases[at]]) : each, heads);
  if (!value) return bias ? undefined : [split(query!, 0), taken(key, 0), taken(key, 1)];
  // Keys and values that were projected before have their heads apart.
  const isApart = (each: string) => inferredShape(build.graph, each)?.length === 4;
  if (isApart(key) && bias) return undefined;
  const side = (each: string, at: number) => (isApart(each) ? each : split(each, at));
  return [split(query!, 0), side(key, 1), side(value, 2)];
}

/** The biases of queries, keys and values, which lie one after the other. */
function biasParts(of: Node, around: Surroundings, bias: string): string[] | undefined {
  const { graph } = around.build;
  const total = inferredShape(graph, bias)?.[0];
  if (typeof total !== 'number') return undefined;
  const queries = inferredShape(graph, of.inputs[0]!)?.at(-1);
  const width = typeof queries === 'number' ? queries : total / 3;
  return cutParts(around, bias, [width, width, total - 2 * width]);
}
