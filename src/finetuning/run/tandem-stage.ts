import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors } from '../../files/read-safetensors.ts';
import { writeSafetensors } from '../../files/write-safetensors.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import { sizesOf, type TrainingData } from '../../training/data/training-data.ts';
import { optimisers } from '../../training/optimisers/optimisers.ts';
import type { TrainingPlan } from '../../training/recipe/recipe.ts';
import { startingPoint, trainingFingerprint } from '../../training/run/starting-point.ts';
import type { TrainOptions } from '../../training/run/train-options.ts';
import type { EpochRecord, TrainingCheckpoint } from '../../training/run/training-checkpoint.ts';
import { type Trainee, TrainingRun } from '../../training/run/training-run.ts';
import { buildTrainingStep, type TrainingStep } from '../../training/step/build-training-step.ts';
import { TrainingSession, type TrainingVectors } from '../../training/step/training-session.ts';
import { TandemSchedule } from '../tandem/tandem-schedule.ts';
import { type TandemTraining, tandemTraining } from '../tandem/tandem-training.ts';
import { type FineTuningTask, partsOfBatch, trainingPlan } from './fine-tuning-task.ts';
import { measureAccuracy, requireClasses } from './measure-accuracy.ts';
import { trainedValues } from './trained-values.ts';

/** How a stage went. */
export interface StageCurve {
  /** Site of the newest layer that spikes; `head` where all do. */
  readonly layer: string;
  readonly threshold?: number;
  readonly epochs: readonly EpochRecord[];
}

/** What a stage came to. */
export interface StageEnd {
  /** What was trained, as it was best, by name. */
  readonly values: ReadonlyMap<string, Tensor>;
  readonly curve: readonly EpochRecord[];
  /** False if it was stopped. */
  readonly finished: boolean;
}

/** Share of the learning rate that the head is trained with once all layers spike. */
const headRate = 0.1;

/** Folder of a stage in that of the run. */
export function stageFolder(out: string, stage: number): string {
  return join(out, `stage-${stage + 1}`);
}

/** One stage of tandem learning: a run of its own, in a folder of its own. */
export class TandemStage {
  readonly #model: Model;
  readonly #stage: number;
  readonly #head: number;
  readonly #task: FineTuningTask;
  readonly #options: TrainOptions;
  readonly #training: TrainingPlan;

  constructor(model: Model, stage: number, head: number, task: FineTuningTask, options: TrainOptions) {
    this.#model = model;
    this.#stage = stage;
    this.#head = head;
    this.#task = task;
    this.#options = { ...options, out: stageFolder(options.out, stage) };
    const training = trainingPlan(task);
    const { schedule } = training;
    const factor = stage === head ? headRate : 1;
    this.#training = { ...training, schedule: { ...schedule, learningRate: factor * schedule.learningRate } };
  }

  /** Trains until the schedule ends the stage. @param data to train on, and to compare epochs on */
  async finish(...data: readonly [TrainingData, TrainingData]): Promise<StageEnd> {
    await mkdir(this.#options.out, { recursive: true });
    const { network, step } = await this.#build();
    requireClasses(step, data[0]);
    const fingerprint = trainingFingerprint(
      { ...this.#training, ...this.#task.plan } as TrainingPlan,
      data.map(sizesOf),
    );
    const from = await startingPoint(network, step, fingerprint, this.#options);
    const schedule = this.#schedule();
    let ended = await this.#replay(schedule, from);
    const session = await TrainingSession.create(step, from.vectors, this.#options.threads);
    try {
      const trainee: Trainee = {
        write: async (vectors, curve) => {
          ended = await this.#judge(schedule, curve.at(-1), vectors);
        },
        endsEarly: () => ended,
      };
      const run = new TrainingRun(this.#training, trainee, step, session, from.progress, this.#options);
      const { finished, curve } = ended
        ? { finished: true, curve: from.progress.curve }
        : await run.finish(this.#loader(data[0]), this.#loader(data[1]));
      const best = finished && this.#stage < this.#head ? await this.#readBest() : session.vectors;
      return { values: trainedValues(step, best), curve, finished };
    } finally {
      await session.release();
    }
  }

  /** Share of test samples whose class the network gives. */
  async accuracy(): Promise<number> {
    const { network, step } = await this.#build();
    const options = { ...this.#options, resume: false, fresh: true };
    const { vectors } = await startingPoint(network, step, '', options);
    return measureAccuracy(step, vectors, this.#task, options);
  }

  #loader(data: TrainingData): BatchLoader {
    return new BatchLoader(data, this.#training.batchSize, this.#training.data);
  }

  async #build(): Promise<{ network: TandemTraining; step: TrainingStep }> {
    const { plan } = this.#task;
    const { batchSize, microBatches } = partsOfBatch(this.#training, plan);
    const { freeze } = plan.tandem;
    const options = { stage: this.#stage, freeze, steps: plan.steps, batchSize };
    const network = await tandemTraining(this.#model, options);
    const step = await buildTrainingStep(network, {
      batchSize,
      microBatches,
      loss: 'cross-entropy',
      optimiser: optimisers.adam,
      optimiserOptions: optimisers.adam.options.parse({ weightDecay: plan.weightDecay }),
      clip: plan.clip,
      seed: plan.seed,
    });
    return { network, step };
  }

  /** A schedule of the stages from this one on. */
  #schedule(): TandemSchedule {
    const { patience } = this.#task.plan.tandem;
    return new TandemSchedule({
      layers: this.#head - this.#stage,
      patience,
      stageEpochs: this.#training.epochs,
    });
  }

  /** What a run that was interrupted has decided before. @returns whether the stage has ended */
  async #replay(schedule: TandemSchedule, { progress, vectors }: TrainingCheckpoint): Promise<boolean> {
    const last = progress.curve.at(-1);
    for (const record of progress.curve.slice(0, -1)) schedule.after(this.#score(record));
    if (progress.stepInEpoch === 0) return this.#judge(schedule, last, vectors);
    return last ? schedule.after(this.#score(last)).ends : false;
  }

  async #judge(
    schedule: TandemSchedule,
    record: EpochRecord | undefined,
    vectors: TrainingVectors,
  ): Promise<boolean> {
    if (!record) return false;
    const { better, ends } = schedule.after(this.#score(record));
    if (better) await this.#writeBest(vectors);
    return ends;
  }

  #score({ testAccuracy, testLoss }: EpochRecord): number {
    return this.#task.plan.tandem.compare === 'accuracy' ? testAccuracy : -testLoss;
  }

  get #bestPath(): string {
    return join(this.#options.out, 'best.safetensors');
  }

  async #writeBest(vectors: TrainingVectors): Promise<void> {
    const data = vectors.get('parameters') ?? new Float32Array();
    await writeSafetensors(this.#bestPath, new Map([['parameters', Tensor.float32([data.length], data)]]));
  }

  async #readBest(): Promise<TrainingVectors> {
    const tensors = await readSafetensors(this.#bestPath);
    return new Map([...tensors].map(([name, tensor]) => [name, Float32Array.from(tensor.toFloat32())]));
  }
}
