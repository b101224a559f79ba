import { join } from 'node:path';
import { withFolderLock } from '../../files/folder-lock.ts';
import { writeAtomically } from '../../files/write-atomically.ts';
import { mustExist } from '../../look-up.ts';
import { type CheckedRecipe, checkRecipe, loadRecipe } from '../recipe/load-recipe.ts';
import { prepareNetwork } from '../recipe/prepare-network.ts';
import type { RecipeInput } from '../recipe/recipe.ts';
import { buildTrainingStep } from '../step/build-training-step.ts';
import { TrainingSession } from '../step/training-session.ts';
import { openRecipeData, type RecipeData } from './open-recipe-data.ts';
import { startingPoint, trainingFingerprint } from './starting-point.ts';
import type { TrainingResult, TrainOptions } from './train-options.ts';
import { type Trainee, TrainingRun } from './training-run.ts';
import { writeModel } from './write-model.ts';

/** Trains what a recipe file describes; see {@link train}. */
export async function runTraining(recipePath: string, options: TrainOptions): Promise<TrainingResult> {
  const checked = await loadRecipe(recipePath);
  return trainChecked(checked, { recipePath, ...options });
}

/**
 * Trains what a recipe describes. The run folder holds `checkpoint.safetensors`, `curve.json` (a record an epoch),
 * and the network as `model.safetensors` and `config.json`, renewed after each epoch. Two runs of one recipe with one
 * thread on one machine make the same bits, interrupted and resumed or not.
 *
 * @throws FormatError that lists everything wrong with the recipe
 * @throws RuntimeError if the loss is not finite or runs away: with the step, the tensor, and what to try
 * @throws UsageError if the run folder has a checkpoint and `resume` is not set, or one of another recipe; if another run works there
 */
export async function train(recipe: RecipeInput, options: TrainOptions): Promise<TrainingResult> {
  return trainChecked(checkRecipe(recipe, options.recipePath ?? 'recipe'), options);
}

async function trainChecked(checked: CheckedRecipe, options: TrainOptions): Promise<TrainingResult> {
  const data = await openRecipeData(checked, options.data);
  return withFolderLock(options.out, () => trainIn(checked, data, options));
}

async function trainIn(
  checked: CheckedRecipe,
  data: RecipeData,
  options: TrainOptions,
): Promise<TrainingResult> {
  const { recipe } = checked;
  const network = await prepareNetwork(
    checked,
    data.shape,
    data.classNames,
    options.recipePath ?? 'recipe.json',
  );
  const step = await buildTrainingStep(network, {
    batchSize: recipe.batchSize,
    loss: recipe.loss.kind,
    optimiser: checked.optimiser,
    optimiserOptions: checked.optimiserOptions,
    clip: recipe.clip,
    seed: recipe.seed,
  });
  const fingerprint = trainingFingerprint(recipe, data.sizes);
  const start = await startingPoint(network, step, fingerprint, options);
  const session = await TrainingSession.create(step, start.vectors, options.threads);
  try {
    const trainee: Trainee = {
      async write(vectors, curve) {
        await writeModel(options.out, network, step, vectors, recipe, mustExist(curve.at(-1), 'an epoch'));
        const text = JSON.stringify({ recipe, epochs: curve }, null, 2);
        await writeAtomically(join(options.out, 'curve.json'), `${text}\n`);
      },
    };
    const run = new TrainingRun(recipe, trainee, step, session, start.progress, options);
    return await run.finish(data.train, data.test);
  } finally {
    await session.release();
  }
}
