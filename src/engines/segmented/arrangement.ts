import type { Dimension } from '../../graph/graph.ts';

/** How outputs [batch · places, heads · width] are put in order. */
export interface Arrangement {
  /** [batch, heads, places, width] or [batch, heads, width, places]. */
  readonly kind: 'by-head' | 'by-channel';
  readonly places: number;
  readonly heads: number;
}

/** Shape of outputs that are put in order. */
export function arrangedShape<D extends Dimension>(
  { kind, places, heads }: Arrangement,
  batch: D,
  channels: number,
): (D | number)[] {
  const width = channels / heads;
  return kind === 'by-head' ? [batch, heads, places, width] : [batch, heads, width, places];
}
