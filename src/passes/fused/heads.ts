import type { GraphBuilder } from '../../graph/graph-builder.ts';

/** [batch, tokens, heads·size] → [batch, heads, tokens, size]. */
export function splitHeads(build: GraphBuilder, value: string, heads: number): string {
  const apart = build.op('Reshape', [value, build.integers('heads', [0, 0, heads, -1])]);
  return build.op('Transpose', [apart], { perm: [0, 2, 1, 3] });
}

/** [batch, heads, tokens, size] → [batch, tokens, heads·size]. */
export function mergeHeads(build: GraphBuilder, value: string): string {
  const tokensFirst = build.op('Transpose', [value], { perm: [0, 2, 1, 3] });
  return build.op('Reshape', [tokensFirst, build.integers('merged', [0, 0, -1])]);
}

/** Each of the heads [batch, heads, tokens, size] several times in a row, as queries that share keys and values read them. */
export function repeatHeads(build: GraphBuilder, value: string, heads: number, times: number): string {
  if (times === 1) return value;
  const indices = Array.from({ length: heads * times }, (_, i) => Math.floor(i / times));
  return build.op('Gather', [value, build.integers('shared', indices)], { axis: 1 });
}

/** A stretch of the last axis. */
export function cutLast(build: GraphBuilder, value: string, from: number, to: number, step = 1): string {
  const integers = (hint: string, number: number) => build.integers(hint, [number]);
  return build.op('Slice', [
    value,
    integers('from', from),
    integers('to', to),
    integers('last', -1),
    integers('step', step),
  ]);
}

/** The length of one axis as an int64 of shape [1]. */
export function lengthOf(build: GraphBuilder, value: string, axis: number): string {
  return build.op('Gather', [build.op('Shape', [value]), build.integers('axis', [axis])]);
}
