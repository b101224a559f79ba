import { kthSmallest } from './kth-smallest.ts';

/**
 * Quantile with linear interpolation between neighbouring order statistics: the value at position p·(n − 1), counted
 * from 0, of the sorted numbers. Reorders `values`.
 *
 * @param p in [0, 1]
 */
export function linearQuantile(values: Float32Array, p: number): number {
  const position = p * (values.length - 1);
  const index = Math.floor(position);
  const lower = kthSmallest(values, index + 1);
  const fraction = position - index;
  if (fraction === 0) return lower;
  // After the selection everything behind the index is at least as large.
  let upper = Number.POSITIVE_INFINITY;
  for (let i = index + 1; i < values.length; i++) if (values[i]! < upper) upper = values[i]!;
  return lower + fraction * (upper - lower);
}
