import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { runTraining } from '../training/run/train.ts';
import type { TrainingEvent, TrainingResult } from '../training/run/train-options.ts';
import type { JobListener } from './notice.ts';

/** How to train a network by a recipe. */
export interface TrainSettings extends JobListener {
  /** Folder of the run: checkpoint, loss curve and trained network. Default: `runs/<recipe>`. */
  readonly output?: string | undefined;
  /** Data to train on, where the recipe leaves that open. */
  readonly data?: string | undefined;
  /** Whether to start from the beginning even if there is a checkpoint, which is lost then. Default false: it goes on. */
  readonly fresh?: boolean | undefined;
  /** Threads one operator may use. Default 1. */
  readonly threads?: number | undefined;
  /** Stops after the step under way with a checkpoint; the same settings go on from there. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: TrainingEvent) => void) | undefined;
}

/** The end of a training in its folder. */
export interface TrainEnd extends TrainingResult {
  readonly folder: string;
}

/**
 * Trains a network by a recipe. A training that was interrupted goes on from its last checkpoint.
 *
 * @param recipe path of a .json file, or of a module that exports a recipe
 * @throws FormatError that lists everything wrong with the recipe; UsageError if the folder has a checkpoint of another
 * recipe, or data are given that the recipe does not leave open; RuntimeError if the loss is not finite or runs away
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { trainNetwork } from 'transpike';
 *
 * const data = { train: 'glyphs:train?size=64', test: 'glyphs:test?size=32', channels: 1, mean: [0.25], std: [0.22] };
 * const recipe = { name: 'tiny', description: 'A few steps.', network: { kind: 'resnet', width: 4, blocks: 1 }, data };
 * const training = { seed: 1, loss: { kind: 'cross-entropy' }, optimiser: { kind: 'sgd' }, epochs: 1, batchSize: 32 };
 * const schedule = { kind: 'cosine', learningRate: 0.05 };
 * await writeFile('tiny.json', JSON.stringify({ ...recipe, ...training, schedule }));
 * const { finished, folder } = await trainNetwork('tiny.json');
 * console.log(finished, folder); // true runs/tiny
 * ```
 */
export async function trainNetwork(recipe: string, settings: TrainSettings = {}): Promise<TrainEnd> {
  const { output, fresh = false, data, threads, signal, onProgress, onNotice } = settings;
  const out = output ?? join('runs', basename(recipe, extname(recipe)));
  const resume = !fresh && existsSync(join(out, 'checkpoint.safetensors'));
  if (resume) onNotice?.({ kind: 'resumed', message: `going on with the run in ${out}` });
  const result = await runTraining(recipe, { out, resume, fresh, data, threads, signal, onProgress });
  return { folder: out, ...result };
}
