import { inferredShape } from '../../analysis/inferred-shape.ts';
import { onnxDataType } from '../../graph/data-type.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { lengthOf } from './heads.ts';
import { mergeMasks } from './masks.ts';

/** Attention of heads: queries, keys and values are [batch, heads, tokens, size]. */
export interface ScaledDotProduct {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** Default: 1/√size. */
  readonly scale?: number | undefined;
  /** What is added to the scores, broadcast to [batch, heads, queries, keys]. */
  readonly biases?: readonly string[];
  /** Booleans, broadcast to the scores: false where a query does not see a key. */
  readonly visible?: readonly string[];
  /** c·tanh(scores/c), where it is not 0. */
  readonly softcap?: number;
}

/** The lowest float32: what is not seen gets the weight 0, and a query that sees nothing the mean of all. */
const lowest = -3.4028234663852886e38;

/** softmax(q·kᵀ·scale + biases)·v as standard operators. @returns [batch, heads, tokens, size] */
export function scaledDotProduct(
  build: GraphBuilder,
  { query, key, value, ...options }: ScaledDotProduct,
): string {
  const turned = build.op('Transpose', [key], { perm: [0, 1, 3, 2] });
  const products = build.op('MatMul', [query, turned], {}, { name: 'scores' });
  let scores = build.op('Mul', [products, scaleOf(build, query, options.scale)]);
  const cap = options.softcap ?? 0;
  if (cap !== 0) {
    const share = build.op('Div', [scores, build.scalar('softcap', cap)]);
    scores = build.op('Mul', [build.op('Tanh', [share]), build.scalar('softcap', cap)]);
  }
  for (const bias of options.biases ?? []) scores = build.op('Add', [scores, bias]);
  const visible = mergeMasks(build, options.visible ?? []);
  if (visible) scores = build.op('Where', [visible, scores, build.scalar('unseen', lowest)]);
  const weights = build.op('Softmax', [scores], { axis: -1 });
  return build.op('MatMul', [weights, value], {}, { name: 'context' });
}

function scaleOf(build: GraphBuilder, query: string, scale: number | undefined): string {
  if (scale !== undefined && scale !== 0) return build.scalar('scale', scale);
  const size = inferredShape(build.graph, query)?.at(-1);
  if (typeof size === 'number') return build.scalar('scale', 1 / Math.sqrt(size));
  const float = build.op('Cast', [lengthOf(build, query, 3)], { to: onnxDataType('float32') });
  return build.op('Reciprocal', [build.op('Sqrt', [float])]);
}
