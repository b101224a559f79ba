import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withFolderLock } from '../../files/folder-lock.ts';
import { writeAtomically } from '../../files/write-atomically.ts';
import type { Model } from '../../graph/model.ts';
import { replaceNeurons } from '../../spiking/replace-neurons.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import { sizesOf } from '../../training/data/training-data.ts';
import { optimisers } from '../../training/optimisers/optimisers.ts';
import type { TrainingPlan } from '../../training/recipe/recipe.ts';
import { startingPoint, trainingFingerprint } from '../../training/run/starting-point.ts';
import type { TrainOptions } from '../../training/run/train-options.ts';
import { checkpointName, type EpochRecord } from '../../training/run/training-checkpoint.ts';
import { type Trainee, TrainingRun } from '../../training/run/training-run.ts';
import { buildTrainingStep } from '../../training/step/build-training-step.ts';
import type { TrainableNetwork } from '../../training/step/trainable-network.ts';
import { TrainingSession } from '../../training/step/training-session.ts';
import { type TrainableSpiking, trainableSpiking } from '../unrolled/trainable-spiking.ts';
import { withTeacher } from '../unrolled/with-teacher.ts';
import type { FineTuningPlan } from './fine-tuning-plan.ts';
import { type FineTuned, type FineTuningTask, partsOfBatch, trainingPlan } from './fine-tuning-task.ts';
import { measureAccuracy, requireClasses } from './measure-accuracy.ts';
import { neuronChanges } from './neuron-changes.ts';
import { SourceNetwork } from './source-network.ts';
import { stageFolder } from './tandem-stage.ts';
import { trainLayerByLayer } from './train-layer-by-layer.ts';
import { trainedValues } from './trained-values.ts';

/**
 * Trains a spiking network with its neurons in place. The folder holds `checkpoint.safetensors` and `curve.json`; a run that
 * was interrupted goes on with the same bits.
 *
 * @throws ConversionError at neurons that cannot be trained; RuntimeError if the loss is not finite or runs away; UsageError if
 *   the folder has a checkpoint of another run
 */
export async function finetune(task: FineTuningTask, options: TrainOptions): Promise<FineTuned> {
  const train = task.method.layerByLayer ? trainLayerByLayer : trainTogether;
  return withFolderLock(options.out, () => train(task, options));
}

/** Whether a folder has a fine-tuning to go on with. */
export function hasCheckpoint(folder: string): boolean {
  return [folder, stageFolder(folder, 0)].some((each) => existsSync(join(each, checkpointName)));
}

/** All layers at once. */
async function trainTogether(task: FineTuningTask, options: TrainOptions): Promise<FineTuned> {
  const { method, plan, train, test } = task;
  const { neuronsAt } = method;
  const start = neuronsAt ? replaceNeurons(task.spiking, neuronsAt) : task.spiking;
  const training = trainingPlan(task);
  const trains = plan.trains ?? method.trains;
  const { batchSize, microBatches } = partsOfBatch(training, plan);
  const student = trainableSpiking(start, trains, {
    steps: plan.steps,
    batchSize,
    surrogate: plan.surrogate ?? method.surrogate,
    readout: plan.readout ?? method.readout,
    truncateEvery: plan.truncateEvery,
    recompute: plan.recompute,
    spikePenalty: plan.spikePenalty,
  });
  const network: TrainableSpiking = { ...student, ...taughtBy(student, start, task) };
  const step = await buildTrainingStep(network, {
    batchSize,
    microBatches,
    loss: 'cross-entropy',
    optimiser: optimisers.adam,
    optimiserOptions: optimisers.adam.options.parse({ weightDecay: plan.weightDecay }),
    clip: plan.clip,
    seed: plan.seed,
  });
  requireClasses(step, train);
  const fingerprint = trainingFingerprint(
    { ...training, ...plan } as TrainingPlan,
    [train, test].map(sizesOf),
  );
  const source = await SourceNetwork.open(toSourceForm(start));
  try {
    const before = await startingPoint(network, step, fingerprint, {
      ...options,
      resume: false,
      fresh: true,
    });
    const converted = await measureAccuracy(step, before.vectors, task, options);
    const sourceAccuracy = test.labelled
      ? await source.accuracy(new BatchLoader(test, training.batchSize, training.data), test.size)
      : 1;
    const from = await startingPoint(network, step, fingerprint, options);
    const session = await TrainingSession.create(step, from.vectors, options.threads);
    try {
      const trainee: Trainee = {
        write: (_vectors, curve) => writeCurve(options.out, plan, curve),
      };
      const run = new TrainingRun(training, trainee, step, session, from.progress, options);
      const { curve, finished, testAccuracy } = await run.finish(
        new BatchLoader(train, training.batchSize, training.data),
        new BatchLoader(test, training.batchSize, training.data),
      );
      const model = network.withValues(trainedValues(step, session.vectors));
      return {
        model,
        accuracies: { source: sourceAccuracy, converted, tuned: testAccuracy },
        curve,
        trained: network.parameters,
        neurons: finished ? await neuronChanges(start, model, task) : [],
        finished,
      };
    } finally {
      await session.release();
    }
  } finally {
    await source.release();
  }
}

/** The source network as what is learned from, for methods that do. */
function taughtBy(
  { unrolled }: TrainableSpiking,
  start: Model,
  { method, plan, test }: FineTuningTask,
): Pick<TrainableNetwork, 'teacher' | 'penalty'> {
  if (method.target === 'labels') return {};
  const siteWeight = plan.siteWeight ?? method.siteWeight ?? 0;
  const { logits, penalty } = withTeacher(unrolled.model, unrolled.sites, start, siteWeight);
  return { teacher: { logits, inTests: !test.labelled }, penalty };
}

async function writeCurve(
  folder: string,
  plan: FineTuningPlan,
  epochs: readonly EpochRecord[],
): Promise<void> {
  await writeAtomically(join(folder, 'curve.json'), `${JSON.stringify({ plan, epochs }, null, 2)}\n`);
}
