import { RuntimeError } from '../../errors.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import type { TrainingData } from '../../training/data/training-data.ts';
import type { TrainOptions } from '../../training/run/train-options.ts';
import type { TrainingStep } from '../../training/step/build-training-step.ts';
import { TrainingSession, type TrainingVectors } from '../../training/step/training-session.ts';
import type { FineTuningTask } from './fine-tuning-task.ts';

/** @throws RuntimeError unless the network has one output for each class of the data */
export function requireClasses(
  { evaluation }: TrainingStep,
  { classes }: TrainingData,
  where = 'finetune',
): void {
  const shape = evaluation.graph.inputs.find(({ name }) => name === 'targets')?.shape;
  if (shape?.length === 2 && shape[1] === classes) return;
  throw new RuntimeError({
    where,
    expected: `one output for each of the ${classes} classes of the data`,
    got: `outputs [${shape?.join(', ')}]`,
    remedy: 'Give the data that the network was trained for',
  });
}

/** Share of test samples whose class a network gives with these parameters. */
export async function measureAccuracy(
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
