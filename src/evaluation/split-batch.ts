import type { Batch } from '../data/load-batch.ts';
import { sliceImages } from '../graph/float-tensor.ts';

/** A batch in parts of at most this many images, in order. The parts share its memory. */
export function splitBatch(batch: Batch, most: number): Batch[] {
  const { ids, labels } = batch;
  if (ids.length <= most) return [batch];
  return Array.from({ length: Math.ceil(ids.length / most) }, (_, part) => {
    const [from, to] = [part * most, Math.min((part + 1) * most, ids.length)];
    return {
      ids: ids.slice(from, to),
      labels: labels.slice(from, to),
      ...sliceImages(batch, from, to),
    };
  });
}
