import { sizeOf } from './shape.ts';

/** Numbers and their shape, row-major. Plain data, so that it can be posted to a thread. */
export interface FloatTensor<Data extends Floats = Floats> {
  readonly shape: readonly number[];
  readonly data: Data;
}

type Floats = Float32Array | Float64Array;

/** Number of images of a batch [N, …]. */
export function imageCount({ shape }: FloatTensor): number {
  return shape[0]!;
}

/** The images of a batch [N, …] from one position up to another, which is left out, without copying. */
export function sliceImages<D extends Floats>(
  batch: FloatTensor<D>,
  from: number,
  to = imageCount(batch),
): FloatTensor<D> {
  const [images, ...image] = batch.shape as [number, ...number[]];
  const end = Math.min(to, images);
  const size = sizeOf(image);
  return { shape: [end - from, ...image], data: batch.data.subarray(from * size, end * size) as D };
}

/** Each image of a batch [N, …] as a batch of one, without copying. */
export function imagesOf<D extends Floats>(batch: FloatTensor<D>): FloatTensor<D>[] {
  return Array.from({ length: imageCount(batch) }, (_, i) => sliceImages(batch, i, i + 1));
}

/** The rows of a tensor [rows…, length], without copying. */
export function rowsOf<D extends Floats>({ shape, data }: FloatTensor<D>): D[] {
  const length = shape.at(-1)!;
  const rows = sizeOf(shape.slice(0, -1));
  return Array.from({ length: rows }, (_, row) => data.subarray(row * length, (row + 1) * length) as D);
}

/** Puts tensors that differ in the length of one axis at most one after the other along it. */
export function concatenate(tensors: readonly FloatTensor[], axis = 0): FloatTensor {
  const [first] = tensors as readonly [FloatTensor];
  const along = tensors.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const shape = first.shape.with(axis, along);
  const blocks = sizeOf(shape.slice(0, axis));
  const Numbers = first.data.constructor as new (length: number) => Floats;
  const data = new Numbers(sizeOf(shape));
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    for (const { data: part } of tensors) {
      const size = part.length / blocks;
      data.set(part.subarray(block * size, (block + 1) * size), at);
      at += size;
    }
  }
  return { shape, data };
}
