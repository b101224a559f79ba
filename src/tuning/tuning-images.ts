import type { Batch } from '../data/load-batch.ts';
import { sampleCount } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { sampleDigests } from '../graph/sample-digests.ts';
import type { TaskName } from '../tasks/tasks.ts';
import type { ComparedBatch } from './search/compared-batch.ts';
import { withSourceLogits } from './search/measure-network.ts';

/** Images for a tuning, with what the source network says to them. */
export interface TuningImages {
  /** To fit thresholds and sensitivities to. */
  readonly fitted: readonly ComparedBatch[];
  /** The first of them: a site's error shows in few images. */
  readonly probes: readonly ComparedBatch[];
  /** To measure networks on. */
  readonly held: readonly ComparedBatch[];
  /** How many of the images held out thresholds were fitted to all the same: they are in both, or there was one batch only. */
  readonly calibrated: number;
}

/** Number of images for sensitivities. */
const probeImages = 16;

/**
 * Reads the images of a tuning.
 *
 * @param clean the cleaned source network
 * @param verification images to measure on; without them every other batch is held out for that
 * @param task what the network is for. Default: what the shape of its output says
 */
export async function readTuningImages(
  clean: Model,
  calibration: AsyncIterable<Batch>,
  verification: AsyncIterable<Batch> | undefined,
  threads: number,
  task?: TaskName,
): Promise<TuningImages> {
  const all = await withSourceLogits(clean, calibration, threads, task);
  const { fitted, held } = verification
    ? { fitted: all, held: await withSourceLogits(clean, verification, threads, task) }
    : holdOut(all);
  return { fitted, probes: firstImages(fitted, probeImages), held, calibrated: countCommon(fitted, held) };
}

/** Number of images held out that are among the fitted ones. */
function countCommon(fitted: readonly ComparedBatch[], held: readonly ComparedBatch[]): number {
  const known = new Set(fitted.flatMap(sampleDigests));
  return held.flatMap(sampleDigests).filter((digest) => known.has(digest)).length;
}

function holdOut(all: readonly ComparedBatch[]) {
  const isHeld = (i: number) => i % 2 === 1;
  // A single batch has to serve for both.
  if (all.length < 2) return { fitted: all, held: all };
  return { fitted: all.filter((_, i) => !isHeld(i)), held: all.filter((_, i) => isHeld(i)) };
}

function firstImages(batches: readonly ComparedBatch[], count: number): ComparedBatch[] {
  let images = 0;
  return batches.filter((batch) => {
    const wanted = images < count;
    images += sampleCount(batch);
    return wanted;
  });
}
