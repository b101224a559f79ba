import type { Dimension } from './graph.ts';

/**
 * Which axis of an input is the batch, as far as its declared shape tells: an axis of unknown length, else one of
 * length 1; the leading one if there are several or none.
 */
export function batchAxis(shape: readonly Dimension[]): number {
  const open = axesOf(shape, (length) => typeof length !== 'number');
  const single = axesOf(shape, (length) => length === 1);
  const candidates = open.length > 0 ? open : single;
  return candidates.includes(0) || candidates.length !== 1 ? 0 : candidates[0]!;
}

/** The shape of one input without its batch axis. */
export function withoutBatch(shape: readonly Dimension[]): readonly Dimension[] {
  return shape.toSpliced(batchAxis(shape), 1);
}

function axesOf(shape: readonly Dimension[], is: (length: Dimension) => boolean): number[] {
  return [...shape.keys()].filter((axis) => is(shape[axis]));
}
