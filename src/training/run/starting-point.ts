import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import type { TrainingPlan } from '../recipe/recipe.ts';
import type { TrainingStep } from '../step/build-training-step.ts';
import type { TrainOptions } from './train-options.ts';
import {
  readTrainingCheckpoint,
  type TrainingCheckpoint,
  type TrainingProgress,
} from './training-checkpoint.ts';

/** A hash of everything that decides the bits of a training. @param sizes of the training and of the test data */
export function trainingFingerprint(
  recipe: TrainingPlan & { readonly description?: string },
  sizes: readonly (readonly number[])[],
): string {
  const { checkpointSteps: _, description: __, ...decisive } = recipe;
  return createHash('sha256')
    .update(JSON.stringify([decisive, sizes]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * The checkpoint to go on from, or the beginning with the network's start values.
 *
 * @throws UsageError if the run folder has a checkpoint that is not to be, or cannot be, resumed
 */
export async function startingPoint(
  { tensors }: { readonly tensors: ReadonlyMap<string, Tensor> },
  { parameters, statistics }: TrainingStep,
  fingerprint: string,
  { out, resume = false, fresh = false }: TrainOptions,
): Promise<TrainingCheckpoint> {
  const found = fresh ? undefined : await readTrainingCheckpoint(out);
  if (found && resume && found.progress.fingerprint === fingerprint) return found;
  if (found) {
    throw new UsageError({
      where: out,
      expected: resume ? 'a checkpoint of this recipe and data' : 'a folder without a checkpoint',
      got: resume ? 'one of another' : 'one',
      remedy: resume
        ? 'Give the recipe it was made with, or an empty folder'
        : 'Resume, start fresh, or give an empty folder',
      ...(!resume && { means: ['fresh'] }),
    });
  }
  const vector = ({ entries, size }: typeof parameters) => {
    const values = new Float32Array(size);
    for (const { name, offset } of entries) values.set(lookUp(tensors, name, 'tensor').toFloat32(), offset);
    return values;
  };
  const vectors = new Map([['parameters', vector(parameters)]]);
  if (statistics.size > 0) vectors.set('statistics', vector(statistics));
  return { vectors, progress: beginning(fingerprint) };
}

function beginning(fingerprint: string): TrainingProgress {
  return {
    fingerprint,
    step: 0,
    epoch: 0,
    stepInEpoch: 0,
    lossSum: 0,
    correctSum: 0,
    firstLoss: null,
    seconds: 0,
    bestAccuracy: 0,
    epochsWithoutBetter: 0,
    curve: [],
  };
}
