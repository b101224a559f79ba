import { BatchLoader } from '../data/batch-loader.ts';
import type { Batches } from '../data/batches.ts';
import { learningRateAt } from '../recipe/learning-rate-schedule.ts';
import type { TrainingPlan } from '../recipe/recipe.ts';
import type { TrainingStep } from '../step/build-training-step.ts';
import type { TrainingSession, TrainingVectors } from '../step/training-session.ts';
import { checkDivergence } from './check-divergence.ts';
import type { TrainingResult, TrainOptions } from './train-options.ts';
import { type EpochRecord, type TrainingProgress, writeTrainingCheckpoint } from './training-checkpoint.ts';

/** What is trained: how its results are written. */
export interface Trainee {
  /** Writes what has been trained so far, after each epoch. @param curve a record for each epoch, this one last */
  write(vectors: TrainingVectors, curve: readonly EpochRecord[]): Promise<void>;
  /** Whether the training ends with the epoch that was just written. Default: never. */
  endsEarly?(): boolean;
}

/** One training under way. */
export class TrainingRun {
  readonly #recipe: TrainingPlan;
  readonly #trainee: Trainee;
  readonly #step: TrainingStep;
  readonly #session: TrainingSession;
  readonly #progress: TrainingProgress;
  readonly #options: TrainOptions;
  readonly #secondsBefore: number;
  readonly #started = performance.now();
  readonly #stepBefore: number;

  constructor(
    recipe: TrainingPlan,
    trainee: Trainee,
    step: TrainingStep,
    session: TrainingSession,
    progress: TrainingProgress,
    options: TrainOptions,
  ) {
    this.#recipe = recipe;
    this.#trainee = trainee;
    this.#step = step;
    this.#session = session;
    this.#progress = progress;
    this.#options = options;
    this.#secondsBefore = progress.seconds;
    this.#stepBefore = progress.step;
  }

  /** Trains until the end of the recipe, an early stop, `stopAtStep` or `signal`. */
  async finish(loader: Batches, tester: Batches): Promise<TrainingResult> {
    const { epochs, patience } = this.#recipe;
    const progress = this.#progress;
    while (progress.epoch < epochs) {
      if (!(await this.#trainEpoch(loader))) return this.#result(false);
      await this.#endEpoch(loader.wholeBatches, tester);
      if (patience !== undefined && progress.epochsWithoutBetter >= patience) break;
      if (this.#trainee.endsEarly?.()) break;
    }
    return this.#result(true);
  }

  /** Does the rest of the current epoch; false if it is to stop in between. */
  async #trainEpoch(loader: Batches): Promise<boolean> {
    const { seed, batchSize, augmentation, loss, checkpointSteps } = this.#recipe;
    const progress = this.#progress;
    const order = BatchLoader.order(loader.size, seed, progress.epoch);
    while (progress.stepInEpoch < loader.wholeBatches) {
      const first = progress.stepInEpoch * batchSize;
      const indices = order.subarray(first, first + batchSize);
      const { epoch } = progress;
      await loader.loadTraining(indices, { augmentation, smoothing: loss.labelSmoothing, seed, epoch });
      await this.#doStep(loader);
      if (progress.step === this.#options.stopAtStep || this.#options.signal?.aborted) {
        await this.#save();
        return false;
      }
      if (progress.step % checkpointSteps === 0) await this.#save();
    }
    return true;
  }

  async #doStep(loader: Batches): Promise<void> {
    const { schedule, epochs, batchSize } = this.#recipe;
    const progress = this.#progress;
    const steps = epochs * loader.wholeBatches;
    const number = progress.step + 1;
    const learningRate = learningRateAt(schedule, number, steps);
    const outcome = await this.#session.step(loader, learningRate, number);
    progress.firstLoss ??= outcome.loss;
    checkDivergence(number, outcome, progress.firstLoss, this.#session.vectors, this.#step.parameters);
    progress.step = number;
    progress.stepInEpoch++;
    progress.lossSum += outcome.loss;
    progress.correctSum += outcome.correct;
    this.#options.onProgress?.({
      kind: 'step',
      step: number,
      steps,
      epoch: progress.epoch + 1,
      loss: outcome.loss,
      accuracy: outcome.correct / batchSize,
      gradientNorm: outcome.gradientNorm,
      learningRate,
      secondsLeft: this.#secondsLeft(number, steps),
    });
  }

  #secondsLeft(step: number, steps: number): number {
    const seconds = (performance.now() - this.#started) / 1000;
    return (seconds / (step - this.#stepBefore)) * (steps - step);
  }

  async #endEpoch(batches: number, tester: Batches): Promise<void> {
    const { schedule, epochs, batchSize } = this.#recipe;
    const progress = this.#progress;
    const test = await this.#test(tester);
    const record: EpochRecord = {
      epoch: progress.epoch + 1,
      step: progress.step,
      learningRate: learningRateAt(schedule, progress.step, epochs * batches),
      trainLoss: progress.lossSum / batches,
      trainAccuracy: progress.correctSum / (batches * batchSize),
      ...test,
      seconds: this.#seconds(),
    };
    const better = test.testAccuracy > progress.bestAccuracy;
    progress.bestAccuracy = Math.max(progress.bestAccuracy, test.testAccuracy);
    progress.epochsWithoutBetter = better ? 0 : progress.epochsWithoutBetter + 1;
    progress.curve.push(record);
    Object.assign(progress, { epoch: progress.epoch + 1, stepInEpoch: 0, lossSum: 0, correctSum: 0 });
    await this.#save();
    await this.#trainee.write(this.#session.vectors, progress.curve);
    this.#options.onProgress?.({ kind: 'epoch', epochs, ...record });
  }

  async #test(tester: Batches): Promise<{ testLoss: number; testAccuracy: number }> {
    const { size } = tester;
    let [loss, correct] = [0, 0];
    for (let first = 0; first < size; first += this.#recipe.batchSize) {
      const count = await tester.loadTest(first);
      const outcome = await this.#session.evaluate(tester, count);
      loss += outcome.lossSum;
      correct += outcome.correct;
    }
    return { testLoss: loss / size, testAccuracy: correct / size };
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#started) / 1000;
  }

  async #save(): Promise<void> {
    this.#progress.seconds = this.#seconds();
    await writeTrainingCheckpoint(this.#options.out, this.#session.vectors, this.#progress);
  }

  #result(finished: boolean): TrainingResult {
    const { curve } = this.#progress;
    return {
      curve,
      testAccuracy: curve.at(-1)?.testAccuracy ?? Number.NaN,
      modelFolder: this.#options.out,
      finished,
    };
  }
}
