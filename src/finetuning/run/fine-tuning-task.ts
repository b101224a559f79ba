import { UsageError } from '../../errors.ts';
import type { Model } from '../../graph/model.ts';
import type { NeuronChange } from '../../results/fine-tuning-result.ts';
import type { Normalisation } from '../../training/data/batch-loader.ts';
import type { TrainingData } from '../../training/data/training-data.ts';
import type { TrainingPlan } from '../../training/recipe/recipe.ts';
import type { EpochRecord } from '../../training/run/training-checkpoint.ts';
import type { FineTuning } from '../methods/define-fine-tuning.ts';
import type { FineTuningPlan } from './fine-tuning-plan.ts';

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
  /** What became of the neurons; empty while the training is not finished. */
  readonly neurons: readonly NeuronChange[];
  /** False if it was stopped. */
  readonly finished: boolean;
}

/** The training that a fine-tuning comes to, where the method fills in what the plan leaves out. */
export function trainingPlan({ method, plan, normalisation }: FineTuningTask): TrainingPlan {
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

/** How many samples one run of the graph takes, and how many runs make a batch. @throws UsageError if they are no whole number */
export function partsOfBatch(
  { batchSize }: Pick<TrainingPlan, 'batchSize'>,
  { microBatch = batchSize }: Pick<FineTuningPlan, 'microBatch'>,
): { batchSize: number; microBatches: number } {
  if (batchSize % microBatch === 0) return { batchSize: microBatch, microBatches: batchSize / microBatch };
  throw new UsageError({
    where: 'finetune: microBatch',
    expected: `a number that divides batches of ${batchSize} samples`,
    got: `${microBatch}`,
    remedy: 'Choose another microBatch or batchSize',
  });
}
