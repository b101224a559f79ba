import { addLinear, type Linear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';
import { addRotation, type RotaryValues } from './rotary-positions.ts';

/** Where query, key and value come from: one linear layer three times as wide, or three layers. */
export type Projections =
  | { readonly kind: 'fused'; readonly qkv: Linear }
  | { readonly kind: 'separate'; readonly query: Linear; readonly key: Linear; readonly value: Linear };

/** The parts of a multi-head self-attention in a checkpoint. */
export interface Attention {
  /** Prefix of the operators' names. */
  readonly path: string;
  /** Number of features of a token, over all heads. */
  readonly width: number;
  readonly heads: number;
  /** Number of heads of keys and values, each read by as many heads of queries. Default: as many as heads */
  readonly keyHeads?: number;
  /** Number of features of a head. Default: width / heads */
  readonly headDim?: number;
  readonly projections: Projections;
  /** Normalisations of each head's queries and keys; default: none. */
  readonly queryNorm?: Norm | undefined;
  readonly keyNorm?: Norm | undefined;
  /** Tensor [heads, 1, 1] of logarithms: scores are cosines times their exponential, at most 100. Default: none. */
  readonly cosineScale?: string | undefined;
  /** Linear layers over the heads, before and after the softmax; default: none. */
  readonly talkingHeads?: { readonly before: Linear; readonly after: Linear } | undefined;
  /** Normalisation of what the heads give together; default: none. */
  readonly outputNorm?: Norm | undefined;
  readonly output: Linear;
}

/** What an attention computes with beside its input. */
export interface AttentionContext {
  /** Rotates queries and keys; default: they stay as they are. */
  readonly rotary?: RotaryValues | undefined;
  /** Value added to the scores [batch, heads, tokens, tokens] (or broadcast to it) before the softmax; default: nothing. */
  readonly bias?: string | undefined;
  /** Number of axes before that of the tokens: batch, or batch and windows. Default: 1 */
  readonly leading?: 1 | 2;
}

/**
 * Appends a multi-head self-attention. The batch stays the first axis throughout, and the scores are scaled after the
 * product: so what enters the two products is exactly query, key, softmax and value, where spiking neurons can sit.
 *
 * @param input float32 [batch, tokens, width], or [batch, windows, tokens, width]
 * @returns float32 of the same shape
 */
export function addAttention(
  net: NetworkBuilder,
  attention: Attention,
  input: string,
  context: AttentionContext = {},
): string {
  const [query, key, value] = addProjections(net, attention, input);
  const { width, heads, output, outputNorm } = attention;
  const inside = heads * headSizes(attention).headDim;
  const mixed = addHeads(net, attention, { query, key, value }, context);
  return addLinear(net, output, [inside, width], addNorm(net, outputNorm, inside, mixed));
}

/** What the heads work on, before it is split: float32 [..., tokens, width] each. */
export interface HeadInputs {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/** Appends the heads of an attention: the mean of the values with weights softmax(query · key), [..., tokens, width]. */
export function addHeads(
  net: NetworkBuilder,
  attention: Attention,
  { query, key, value }: HeadInputs,
  { rotary, bias, leading = 1 }: AttentionContext = {},
): string {
  const { path, heads, queryNorm, keyNorm, cosineScale } = attention;
  const { keyHeads, headDim } = headSizes(attention);
  const perm = permutations[leading];
  const split = (part: string, source: string, norm: Norm | undefined) => {
    const count = part === 'q' ? heads : keyHeads;
    const shape = net.integers(`${path}.${part}.heads.shape`, [...keep(leading), count, headDim]);
    const parts = net.op('Reshape', [source, shape], {}, { name: `${path}.${part}.heads` });
    return addNorm(net, norm, headDim, parts);
  };
  const compared = (part: string, source: string, norm: Norm | undefined, order: number[]) => {
    const rotated = addRotation(net, rotary, `${path}.${part}`, split(part, source, norm));
    const made = cosineScale === undefined ? rotated : addUnitLength(net, `${path}.${part}`, rotated);
    const ordered = net.op('Transpose', [made], { perm: order }, { name: `${path}.${part}` });
    return part === 'q' ? ordered : addSharedHeads(net, attention, ordered, leading);
  };
  const scores = net.op(
    'MatMul',
    [compared('q', query, queryNorm, perm.rows), compared('k', key, keyNorm, perm.columns)],
    {},
    { name: `${path}.scores` },
  );
  const shares = addShares(net, attention, addScale(net, attention, scores), bias);
  const values = net.op(
    'Transpose',
    [split('v', value, undefined)],
    { perm: perm.rows },
    { name: `${path}.v` },
  );
  const each = addSharedHeads(net, attention, values, leading);
  const mixed = net.op('MatMul', [shares, each], {}, { name: `${path}.mixed` });
  const swapped = net.op('Transpose', [mixed], { perm: perm.rows }, { name: `${path}.swapped` });
  const shape = net.integers(`${path}.merged.shape`, [...keep(leading), heads * headDim]);
  return net.op('Reshape', [swapped, shape], {}, { name: `${path}.merged` });
}

function headSizes({ width, heads, keyHeads = heads, headDim = width / heads }: Attention) {
  return { keyHeads, headDim };
}

/** Repeats keys or values for the heads of queries that share them. */
function addSharedHeads(net: NetworkBuilder, attention: Attention, input: string, leading: 1 | 2): string {
  const { heads } = attention;
  const { keyHeads } = headSizes(attention);
  if (keyHeads === heads) return input;
  const owners = Array.from({ length: heads }, (_, head) => Math.floor((head * keyHeads) / heads));
  const index = net.integers(`${input}.owners`, owners);
  return net.op('Gather', [input, index], { axis: leading }, { name: `${input}.shared` });
}

/** From [..., tokens, heads, features]: one matrix a head, its rows the tokens, or its columns. The first is its own inverse. */
const permutations = {
  1: { rows: [0, 2, 1, 3], columns: [0, 2, 3, 1] },
  2: { rows: [0, 1, 3, 2, 4], columns: [0, 1, 3, 4, 2] },
};

/** The part of a shape for Reshape that leaves batch, windows and tokens as they are. */
function keep(leading: 1 | 2): number[] {
  return new Array<number>(leading + 1).fill(0);
}

function addProjections(net: NetworkBuilder, attention: Attention, input: string): [string, string, string] {
  const { path, projections, width, heads } = attention;
  const { keyHeads, headDim } = headSizes(attention);
  const [queries, keys] = [heads * headDim, keyHeads * headDim];
  if (projections.kind === 'separate') {
    const { query, key, value } = projections;
    return [
      addLinear(net, query, [width, queries], input),
      addLinear(net, key, [width, keys], input),
      addLinear(net, value, [width, keys], input),
    ];
  }
  const qkv = addLinear(net, projections.qkv, [width, queries + 2 * keys], input);
  const lengths = net.integers(`${path}.split.lengths`, [queries, keys, keys]);
  const [query, key, value] = net.ops('Split', [qkv, lengths], 3, { axis: -1 }, { name: `${path}.split` });
  return [query!, key!, value!];
}

function addScale(net: NetworkBuilder, attention: Attention, scores: string): string {
  const { path, heads, cosineScale } = attention;
  const scale =
    cosineScale === undefined
      ? net.scalar(`${path}.scale`, 1 / Math.sqrt(headSizes(attention).headDim))
      : addExponential(net, path, net.weight(cosineScale, [heads, 1, 1]));
  return net.op('Mul', [scores, scale], {}, { name: `${path}.scaled` });
}

/** The exponential of a logarithm, at most 100. */
function addExponential(net: NetworkBuilder, path: string, logarithm: string): string {
  const most = net.scalar(`${path}.scale.most`, Math.log(100));
  const bounded = net.op('Min', [logarithm, most], {}, { name: `${path}.scale.bounded` });
  return net.op('Exp', [bounded], {}, { name: `${path}.scale` });
}

/** x / max(‖x‖, 1e-12) over the last axis. */
function addUnitLength(net: NetworkBuilder, path: string, input: string): string {
  const square = net.op('Mul', [input, input], {}, { name: `${path}.square` });
  const sum = net.op(
    'ReduceSum',
    [square, net.integers(`${path}.axis`, [-1])],
    {},
    { name: `${path}.square_sum` },
  );
  const length = net.op('Sqrt', [sum], {}, { name: `${path}.length` });
  const bounded = net.op(
    'Max',
    [length, net.scalar(`${path}.least`, 1e-12)],
    {},
    { name: `${path}.bounded_length` },
  );
  return net.op('Div', [input, bounded], {}, { name: `${path}.unit` });
}

/** The softmax of the scores, with what is added and mixed before and behind. */
function addShares(
  net: NetworkBuilder,
  attention: Attention,
  scaled: string,
  bias: string | undefined,
): string {
  const { path, heads, talkingHeads } = attention;
  const biased = bias === undefined ? scaled : net.op('Add', [scaled, bias], {}, { name: `${path}.biased` });
  const mixed = talkingHeads ? addOverHeads(net, talkingHeads.before, heads, biased) : biased;
  const shares = net.op('Softmax', [mixed], { axis: -1 }, { name: `${path}.softmax` });
  return talkingHeads ? addOverHeads(net, talkingHeads.after, heads, shares) : shares;
}

/** A linear layer over the heads of [batch, heads, tokens, tokens]. */
function addOverHeads(net: NetworkBuilder, linear: Linear, heads: number, input: string): string {
  const last = net.op('Transpose', [input], { perm: [0, 2, 3, 1] }, { name: `${linear.path}.heads_last` });
  const mixed = addLinear(net, linear, [heads, heads], last);
  return net.op('Transpose', [mixed], { perm: [0, 3, 1, 2] }, { name: `${linear.path}.heads_first` });
}
