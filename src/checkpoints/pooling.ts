import { Tensor } from '../graph/tensor.ts';
import { type Attention, addHeads } from './attention.ts';
import { addLinear, type Linear } from './linear.ts';
import { addMlp, type Mlp } from './mlp.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';

/**
 * What the classifiers read of the tokens: the i-th classifier the i-th token; or all of them the mean of the tokens of the
 * patches (with those of the prefix, if `includePrefix`); the first token and behind it that mean; or what a learnt query
 * attends to.
 */
export type Pooling =
  | { readonly kind: 'token' }
  | { readonly kind: 'mean'; readonly includePrefix: boolean }
  | { readonly kind: 'token-and-mean' }
  | { readonly kind: 'attention'; readonly by: AttentionPooling };

/** Attention of one learnt query, then x + perceptron(norm(x)). */
export interface AttentionPooling {
  /** The tensor of the query, [1, 1, width]. */
  readonly query: string;
  readonly queryProjection: Linear;
  /** One layer that gives key and value. */
  readonly keyAndValue: Linear;
  /** The heads and what stands behind them; its own projections are not used. */
  readonly attention: Attention;
  readonly norm: Norm;
  readonly mlp: Mlp;
}

/** Number of features that a pooling gives. */
export function pooledWidth({ kind }: Pooling, width: number): number {
  return kind === 'token-and-mean' ? 2 * width : width;
}

/** The tokens to pool, and what is known of them. */
export interface PooledTokens {
  /** float32 [batch, tokens, width] */
  readonly tokens: string;
  readonly width: number;
  /** Number of tokens before those of the patches. */
  readonly prefix: number;
  /** Number of all tokens. */
  readonly count: number;
}

/**
 * Appends the pooling of tokens for one classifier.
 *
 * @param position which classifier it is, from 0 on
 * @returns float32 [batch, features], see {@link pooledWidth}
 */
export function addPooling(
  net: NetworkBuilder,
  pooling: Pooling,
  all: PooledTokens,
  position: number,
): string {
  switch (pooling.kind) {
    case 'token':
      return takeToken(net, all.tokens, position);
    case 'mean':
      return addMean(net, all, pooling.includePrefix ? 0 : all.prefix);
    case 'token-and-mean': {
      const parts = [takeToken(net, all.tokens, 0), addMean(net, all, all.prefix)];
      return net.op('Concat', parts, { axis: -1 }, { name: 'pool.joined' });
    }
    case 'attention':
      return addAttentionPooling(net, pooling.by, all);
  }
}

function takeToken(net: NetworkBuilder, tokens: string, position: number): string {
  const index = net.constant(`pool.${position}.index`, Tensor.int64([], [position]));
  return net.op('Gather', [tokens, index], { axis: 1 }, { name: `pool.${position}` });
}

function addMean(net: NetworkBuilder, { tokens, count }: PooledTokens, first: number): string {
  const averaged = first === 0 ? tokens : sliceTokens(net, tokens, first, count);
  return net.op('ReduceMean', [averaged], { axes: [1], keepdims: 0 }, { name: 'pool' });
}

function sliceTokens(net: NetworkBuilder, tokens: string, first: number, end: number): string {
  const limits = [
    net.integers('pool.first', [first]),
    net.integers('pool.end', [end]),
    net.integers('pool.axis', [1]),
  ];
  return net.op('Slice', [tokens, ...limits], {}, { name: 'pool.patches' });
}

function addAttentionPooling(
  net: NetworkBuilder,
  by: AttentionPooling,
  { tokens, width }: PooledTokens,
): string {
  const { query, queryProjection, keyAndValue, attention, norm, mlp } = by;
  const { path } = attention;
  const asked = addLinear(net, queryProjection, [width, width], net.weight(query, [1, 1, width]));
  const both = addLinear(net, keyAndValue, [width, 2 * width], tokens);
  const lengths = net.integers(`${path}.split.lengths`, [width, width]);
  const [key, value] = net.ops('Split', [both, lengths], 2, { axis: -1 }, { name: `${path}.split` });
  const mixed = addHeads(net, attention, { query: asked, key: key!, value: value! });
  const attended = addLinear(net, attention.output, [width, width], mixed);
  const perceived = addMlp(net, path, mlp, width, addNorm(net, norm, width, attended));
  return takeToken(net, net.op('Add', [attended, perceived], {}, { name: `${path}.residual` }), 0);
}
