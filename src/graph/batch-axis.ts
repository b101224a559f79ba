import type { Dimension, ValueInfo } from './value-info.ts';

/**
 * Which axis of an input is the batch, as far as its declared shape tells: an axis of unknown length, else one of
 * length 1; the leading one if there are several or none.
 */
export function batchAxis(shape: readonly Dimension[]): number {
  const open = axesOf(shape, (length) => typeof length !== 'number');
  const single = axesOf(shape, (length) => length === 1);
  // [1, sequence] is one sample of any length.
  if (shape[0] === 1 && open.every((axis) => isOtherName(shape[axis]))) return 0;
  const candidates = open.length > 0 ? open : single;
  return candidates.includes(0) || candidates.length !== 1 ? 0 : candidates[0]!;
}

function isOtherName(length: Dimension): boolean {
  return typeof length === 'string' && !/^(n|b|bs|batch.*)$/i.test(length);
}

/** The shape of one input without its batch axis. */
export function withoutBatch(shape: readonly Dimension[]): readonly Dimension[] {
  return shape.toSpliced(batchAxis(shape), 1);
}

/**
 * The inputs that are the same for every sample of a batch, as far as their declared shapes tell: scalars, and those whose leading
 * length is not the batch's, such as positions [sequence] beside tokens [batch, sequence].
 */
export function sharedInputs(inputs: readonly ValueInfo[]): ReadonlySet<string> {
  const sized = inputs.filter(({ shape }) => shape && shape.length > 0);
  const lengthOf = ({ shape }: ValueInfo) => shape![batchAxis(shape!)];
  // A name that also stands on another axis, such as `sequence`, is no batch.
  const inner = new Set(sized.flatMap(({ shape }) => shape!.toSpliced(batchAxis(shape!), 1)));
  const isOpen = (length: Dimension) => typeof length !== 'number' && !(length && inner.has(length));
  const guide =
    sized.find((info) => isOpen(lengthOf(info))) ?? sized.find((info) => lengthOf(info) === 1) ?? sized[0];
  const batch = guide && lengthOf(guide);
  const isBatched = (info: ValueInfo) => info === guide || lengthOf(info) === batch || isOpen(lengthOf(info));
  return new Set(
    inputs
      .filter((info) => info.shape && (info.shape.length === 0 || !isBatched(info)))
      .map(({ name }) => name),
  );
}

function axesOf(shape: readonly Dimension[], is: (length: Dimension) => boolean): number[] {
  return [...shape.keys()].filter((axis) => is(shape[axis]));
}
