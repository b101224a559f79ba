import type { GraphBuilder } from '../graph/graph-builder.ts';
import { addLayerNorm, layerNormTensors } from './layer-norm.ts';
import { addLinear, type Linear, linearTensors } from './linear.ts';
import type { WeightSource } from './weight-source.ts';

/** Where query, key and value come from: one linear layer three times as wide, or three layers. */
export type Projections =
  | { readonly kind: 'fused'; readonly qkv: Linear }
  | { readonly kind: 'separate'; readonly query: Linear; readonly key: Linear; readonly value: Linear };

/** The parts of a multi-head self-attention in a checkpoint. */
export interface Attention {
  /** Prefix of the operators' names. */
  readonly path: string;
  readonly projections: Projections;
  /** Path of a layer normalisation of each head's queries; `undefined`: none. */
  readonly queryNorm: string | undefined;
  /** Path of a layer normalisation of each head's keys; `undefined`: none. */
  readonly keyNorm: string | undefined;
  readonly output: Linear;
}

/** The sizes an attention needs to know. */
export interface AttentionSizes {
  /** Length of the sequence. */
  readonly tokens: number;
  /** Number of features of a token, over all heads. */
  readonly embedDim: number;
  readonly heads: number;
  readonly epsilon: number;
}

/** The tensors of an attention, with their shapes. */
export function attentionTensors(
  attention: Attention,
  { embedDim, heads }: AttentionSizes,
): [string, number[]][] {
  const { projections, queryNorm, keyNorm, output } = attention;
  const headNorms = [queryNorm, keyNorm].filter((path) => path !== undefined);
  return [
    ...projectionTensors(projections, embedDim),
    ...headNorms.flatMap((path) => layerNormTensors(path, embedDim / heads)),
    ...linearTensors(output, embedDim, embedDim),
  ];
}

function projectionTensors(projections: Projections, width: number): [string, number[]][] {
  if (projections.kind === 'fused') return linearTensors(projections.qkv, width, 3 * width);
  const { query, key, value } = projections;
  return [query, key, value].flatMap((linear) => linearTensors(linear, width, width));
}

/**
 * Appends a multi-head self-attention. The batch stays the first axis throughout, and the scores are scaled after the
 * product: so what enters the two products is exactly query, key, softmax and value, where spiking neurons can sit.
 *
 * @param input float32 [batch, tokens, embedDim]
 * @returns float32 [batch, tokens, embedDim]
 */
export function addAttention(
  builder: GraphBuilder,
  weights: WeightSource,
  attention: Attention,
  sizes: AttentionSizes,
  input: string,
): string {
  const { path, queryNorm, keyNorm } = attention;
  const [query, key, value] = addProjections(builder, weights, attention, sizes.embedDim, input);
  const head = (part: string, source: string, norm: string | undefined, perm: number[]) => {
    const split = splitHeads(builder, `${path}.${part}`, source, sizes);
    const normed = norm === undefined ? split : addLayerNorm(builder, weights, norm, split, sizes.epsilon);
    return builder.op('Transpose', [normed], { perm }, { name: `${path}.${part}` });
  };
  const scores = builder.op(
    'MatMul',
    [head('q', query, queryNorm, [0, 2, 1, 3]), head('k', key, keyNorm, [0, 2, 3, 1])],
    {},
    { name: `${path}.scores` },
  );
  const scale = builder.scalar(`${path}.scale`, 1 / Math.sqrt(sizes.embedDim / sizes.heads));
  const scaled = builder.op('Mul', [scores, scale], {}, { name: `${path}.scaled` });
  const shares = builder.op('Softmax', [scaled], { axis: -1 }, { name: `${path}.softmax` });
  const mixed = builder.op(
    'MatMul',
    [shares, head('v', value, undefined, [0, 2, 1, 3])],
    {},
    { name: `${path}.mixed` },
  );
  return addLinear(builder, weights, attention.output, mergeHeads(builder, path, mixed, sizes));
}

function addProjections(
  builder: GraphBuilder,
  weights: WeightSource,
  { path, projections }: Attention,
  width: number,
  input: string,
): [string, string, string] {
  if (projections.kind === 'separate') {
    const { query, key, value } = projections;
    return [
      addLinear(builder, weights, query, input),
      addLinear(builder, weights, key, input),
      addLinear(builder, weights, value, input),
    ];
  }
  const qkv = addLinear(builder, weights, projections.qkv, input);
  const lengths = builder.integers(`${path}.split.lengths`, [width, width, width]);
  const [query, key, value] = builder.ops(
    'Split',
    [qkv, lengths],
    3,
    { axis: -1 },
    { name: `${path}.split` },
  );
  return [query!, key!, value!];
}

/** [batch, tokens, embedDim] → [batch, tokens, heads, embedDim / heads]. */
function splitHeads(
  builder: GraphBuilder,
  path: string,
  input: string,
  { tokens, embedDim, heads }: AttentionSizes,
): string {
  const shape = builder.integers(`${path}.heads.shape`, [0, tokens, heads, embedDim / heads]);
  return builder.op('Reshape', [input, shape], {}, { name: `${path}.heads` });
}

/** [batch, heads, tokens, embedDim / heads] → [batch, tokens, embedDim]. */
function mergeHeads(
  builder: GraphBuilder,
  path: string,
  input: string,
  { tokens, embedDim }: AttentionSizes,
): string {
  const swapped = builder.op('Transpose', [input], { perm: [0, 2, 1, 3] }, { name: `${path}.swapped` });
  const shape = builder.integers(`${path}.merged.shape`, [0, tokens, embedDim]);
  return builder.op('Reshape', [swapped, shape], {}, { name: `${path}.merged` });
}
