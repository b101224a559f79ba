import { Tensor } from '../../graph/tensor.ts';

/**
 * Shape of one image's part of a value in row form. A network that takes one image has a value of shape S; for R images
 * its row form is [R, …S]. A leading axis of length 1, in most networks the batch, gives its place to R.
 */
export function rowShape(single: readonly number[]): readonly number[] {
  return single[0] === 1 ? single.slice(1) : single;
}

/**
 * The row form of a value from the values of single images.
 *
 * @param shape shape of one image's part; default: {@link rowShape}
 */
export function stackRows(singles: readonly Tensor[], shape = rowShape(singles[0]!.shape)): Tensor {
  const { dataType, byteLength } = singles[0]!;
  const bytes = new Uint8Array(byteLength * singles.length);
  for (const [row, single] of singles.entries()) bytes.set(single.bytes(), row * byteLength);
  return new Tensor(dataType, [singles.length, ...shape], { kind: 'memory', bytes });
}

/** Whether two values are the same but for rounding. */
export function nearlyEqual(a: Tensor | undefined, b: Tensor): boolean {
  if (a?.dataType !== b.dataType || a.shape.join() !== b.shape.join()) return false;
  const [x, y] = [a.toNumbers(), b.toNumbers()];
  const largest = y.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
  // Infinities and NaN (masks) must be at the same places.
  return x.every(
    (value, i) => Object.is(value, y[i]) || value === y[i] || Math.abs(value - y[i]!) <= 1e-4 * largest,
  );
}
