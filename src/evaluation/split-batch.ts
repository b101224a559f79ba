import type { Batch } from '../data/load-batch.ts';

/** A batch in parts of at most this many images, in order. The parts share its memory. */
export function splitBatch(batch: Batch, most: number): Batch[] {
  const { ids, labels, shape, data } = batch;
  if (ids.length <= most) return [batch];
  const size = data.length / ids.length;
  return Array.from({ length: Math.ceil(ids.length / most) }, (_, part) => {
    const [from, to] = [part * most, Math.min((part + 1) * most, ids.length)];
    return {
      ids: ids.slice(from, to),
      labels: labels.slice(from, to),
      shape: [to - from, ...shape.slice(1)],
      data: data.subarray(from * size, to * size),
    };
  });
}
