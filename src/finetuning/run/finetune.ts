import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import { withFolderLock } from '../../files/folder-lock.ts';
import { writeAtomically } from '../../files/write-atomically.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { replaceNeurons } from '../../spiking/replace-neurons.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { BatchLoader, type Normalisation } from '../../training/data/batch-loader.ts';
import { sizesOf, type TrainingData } from '../../training/data/training-data.ts';
import { optimisers } from '../../training/optimisers/optimisers.ts';
import type { TrainingPlan } from '../../training/recipe/recipe.ts';
import { startingPoint, trainingFingerprint } from '../../training/run/starting-point.ts';
import type { TrainOptions } from '../../training/run/train-options.ts';
import type { EpochRecord } from '../../training/run/training-checkpoint.ts';
import { type Trainee, TrainingRun } from '../../training/run/training-run.ts';
import { buildTrainingStep, type TrainingStep } from '../../training/step/build-training-step.ts';
import type { TrainableNetwork } from '../../training/step/trainable-network.ts';
import { TrainingSession, type TrainingVectors } from '../../training/step/training-session.ts';
import type { FineTuning } from '../methods/define-fine-tuning.ts';
import { type TrainableSpiking, trainableSpiking } from '../unrolled/trainable-spiking.ts';
import { withTeacher } from '../unrolled/with-teacher.ts';
import type { FineTuningPlan } from './fine-tuning-plan.ts';
import { SourceNetwork } from './source-network.ts';

/** What is fine-tuned, on what. */
export interface FineTuningTask {
  /** A spiking model, as the method's conversion makes it. */
  readonly spiking: Model;
  readonly method: FineTuning;
  readonly plan: FineTuningPlan;
  readonly train: TrainingData;
  readonly test: TrainingData;
  readonly normalisation: Normalisation;
}

/** Accuracies on the test data, 0 to 1; of test data without classes, how often the source network's class is found. */
export interface FineTuningAccuracies {
  /** Of the network without neurons. */
  readonly source: number;
  /** Of the spiking network as it was converted, after step T. */
  readonly converted: number;
  /** After the training; NaN before the first epoch is done. */
  readonly tuned: number;
}

/** What a fine-tuning came to. */
export interface FineTuned {
  readonly model: Model;
  readonly accuracies: FineTuningAccuracies;
  readonly curve: readonly EpochRecord[];
  /** Names of what was trained. */
  readonly trained: readonly string[];
  /** False if it was stopped. */
  readonly finished: boolean;
}

/**
 * Trains a spiking network with its neurons in place. The folder holds `checkpoint.safetensors` and `curve.json`; a run that
 * was interrupted goes on with the same bits.
 *
 * @throws ConversionError at neurons that cannot be trained; RuntimeError if the loss is not finite or runs away; UsageError if
 *   the folder has a checkpoint of another run
 */
export async function finetune(task: FineTuningTask, options: TrainOptions): Promise<FineTuned> {
  return withFolderLock(options.out, () => finetuneIn(task, options));
}

async function finetuneIn(task: FineTuningTask, options: TrainOptions): Promise<FineTuned> {
  const { method, plan, train, test } = task;
  const { neuronsAt } = method;
  const start = neuronsAt ? replaceNeurons(task.spiking, neuronsAt) : task.spiking;
  const training = trainingPlan(task);
  const trains = plan.trains ?? method.trains;
  const student = trainableSpiking(start, trains, {
    steps: plan.steps,
    batchSize: training.batchSize,
    surrogate: plan.surrogate ?? method.surrogate,
    readout: plan.readout ?? method.readout,
    truncateEvery: plan.truncateEvery,
    spikePenalty: plan.spikePenalty,
  });
  const network: TrainableSpiking = { ...student, ...taughtBy(student, start, task) };
  const step = await buildTrainingStep(network, {
    batchSize: training.batchSize,
    loss: 'cross-entropy',
    optimiser: optimisers.adam,
    optimiserOptions: optimisers.adam.options.parse({ weightDecay: plan.weightDecay }),
    clip: plan.clip,
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
    const converted = await measured(step, before.vectors, task, options);
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
      return {
        model: network.withValues(valuesOf(network, step, session.vectors)),
        accuracies: { source: sourceAccuracy, converted, tuned: testAccuracy },
        curve,
        trained: network.parameters,
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

function trainingPlan({ method, plan, normalisation }: FineTuningTask): TrainingPlan {
  const { epochs, batchSize, learningRate } = method.defaults;
  const cosine = {
    kind: 'cosine',
    learningRate: plan.learningRate ?? learningRate,
    warmupSteps: 0,
    final: 0,
  } as const;
  return {
    seed: plan.seed,
    augmentation: plan.augmentation,
    loss: { kind: 'cross-entropy', labelSmoothing: plan.labelSmoothing },
    schedule: plan.schedule ?? cosine,
    epochs: plan.epochs ?? epochs,
    batchSize: plan.batchSize ?? batchSize,
    clip: plan.clip,
    patience: plan.patience,
    checkpointSteps: plan.checkpointSteps,
    data: { mean: [...normalisation.mean], std: [...normalisation.std] },
  };
}

function requireClasses({ evaluation }: TrainingStep, { classes }: TrainingData): void {
  const shape = evaluation.graph.inputs.find(({ name }) => name === 'targets')?.shape;
  if (shape?.length === 2 && shape[1] === classes) return;
  throw new RuntimeError({
    where: 'finetune',
    expected: `one output for each of the ${classes} classes of the data`,
    got: `outputs [${shape?.join(', ')}]`,
    remedy: 'Give the data that the network was trained for',
  });
}

async function measured(
  step: TrainingStep,
  vectors: TrainingVectors,
  { test, normalisation }: FineTuningTask,
  { threads }: TrainOptions,
): Promise<number> {
  const session = await TrainingSession.create(step, vectors, threads);
  try {
    const loader = new BatchLoader(test, session.batchSize, normalisation);
    let correct = 0;
    for (let first = 0; first < test.size; first += session.batchSize) {
      const count = await loader.loadTest(first);
      correct += (await session.evaluate(loader, count)).correct;
    }
    return correct / test.size;
  } finally {
    await session.release();
  }
}

function valuesOf(
  { parameters }: TrainableSpiking,
  { parameters: layout }: TrainingStep,
  vectors: TrainingVectors,
): Map<string, Tensor> {
  const vector = lookUp(vectors, 'parameters', 'vector');
  return new Map(
    layout.entries
      .filter(({ name }) => parameters.includes(name))
      .map(({ name, shape, offset, size }) => [
        name,
        Tensor.float32(shape, vector.slice(offset, offset + size)),
      ]),
  );
}

async function writeCurve(
  folder: string,
  plan: FineTuningPlan,
  epochs: readonly EpochRecord[],
): Promise<void> {
  await writeAtomically(join(folder, 'curve.json'), `${JSON.stringify({ plan, epochs }, null, 2)}\n`);
}
