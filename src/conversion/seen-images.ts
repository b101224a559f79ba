import { z } from 'zod';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { sampleDigests } from '../graph/sample-digests.ts';
import { list } from '../results/schema-parts.ts';
import type { SeenFor } from '../results/seen-images.ts';
import type { CalibrationBatches } from '../sessions/observe-sites.ts';

/** Key of the digests among a model's `metadata_props`. */
const metadataKey = 'transpike.seen';

const schema = z.object({ calibration: list(z.string()), selection: list(z.string()).default([]) });

/** What a network has met images for, by their digests. */
export type SeenDigests = ReadonlyMap<string, SeenFor>;

/** The images that a model says it has met; undefined where it does not, as with imported thresholds. */
export function seenDigests(model: Model): SeenDigests | undefined {
  const kept = parse(model.metadata.get(metadataKey));
  if (!kept) return undefined;
  const { calibration, selection } = kept;
  return new Map([
    ...selection.map((digest) => [digest, 'selection'] as const),
    ...calibration.map((digest) => [digest, 'calibration'] as const),
  ]);
}

/** Notes in a model images that it has met, beside those noted before. Whoever has an image can tell that; nobody can tell the image. */
export function noteSeen(model: Model, digests: Iterable<string>, what: SeenFor): void {
  const before = parse(model.metadata.get(metadataKey)) ?? { calibration: [], selection: [] };
  const all = { ...before, [what]: [...new Set([...before[what], ...digests])].sort() };
  model.metadata.set(metadataKey, JSON.stringify(all));
}

/** The same batches, whose samples' digests are gathered as they come by. */
export function gatheringDigests(batches: CalibrationBatches, digests: Set<string>): CalibrationBatches {
  return async function* () {
    for await (const batch of batches()) {
      for (const digest of sampleDigests(batch)) digests.add(digest);
      yield batch;
    }
  };
}

/** What a network has met each image of a batch for; undefined for images that it has not met. */
export function seenFor(batch: InputBatch, seen: SeenDigests): (SeenFor | undefined)[] {
  return sampleDigests(batch).map((digest) => seen.get(digest));
}

function parse(text: string | undefined): z.infer<typeof schema> | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
