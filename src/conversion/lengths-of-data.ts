import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { openAxes, withLengthsOf } from '../sessions/input-lengths.ts';
import type { CalibrationBatches } from '../sessions/observe-sites.ts';

/** What a network leaves open of its inputs, such as the length of a sequence, is measured as the data have it. */
export async function withLengthsOfData(
  source: Model,
  batches: CalibrationBatches | undefined,
): Promise<Model> {
  const first = openAxes(source.graph).length > 0 ? await firstBatch(batches) : undefined;
  return first ? withLengthsOf(source, first) : source;
}

/** The first calibration batch, if there is one. */
export async function firstBatch(batches: CalibrationBatches | undefined): Promise<InputBatch | undefined> {
  if (batches) for await (const batch of batches()) return batch;
  return undefined;
}
