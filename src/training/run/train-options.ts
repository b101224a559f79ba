import type { EpochRecord } from './training-checkpoint.ts';

/** What is told while a training runs: after every step, and after every epoch. */
export type TrainingEvent =
  | {
      readonly kind: 'step';
      /** Steps done, of `steps` in all. */
      readonly step: number;
      readonly steps: number;
      /** From 1. */
      readonly epoch: number;
      readonly loss: number;
      /** Share of right predictions in the batch. */
      readonly accuracy: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      /** Seconds that the rest will take at the pace so far. */
      readonly secondsLeft: number;
    }
  | ({ readonly kind: 'epoch'; readonly epochs: number } & EpochRecord);

/** Settings of one training run. */
export interface TrainOptions {
  /** Run folder: checkpoint, loss curve and trained model. */
  readonly out: string;
  /** Goes on from the checkpoint in the run folder. Default: starts anew, and refuses a folder that has one. */
  readonly resume?: boolean | undefined;
  /** Starts anew even in a folder that has a checkpoint, which is replaced. Default false */
  readonly fresh?: boolean | undefined;
  /** Path of the data set for recipes that do not name one. */
  readonly data?: string | undefined;
  /** Threads one operator may use; default 1. */
  readonly threads?: number | undefined;
  /** Stops after this many steps with a checkpoint, as if interrupted; for tests and trials. */
  readonly stopAtStep?: number | undefined;
  /** Once aborted, the run stops after the current step with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** File that the recipe came from; `from` in it is relative to that. Default: the working folder. */
  readonly recipePath?: string | undefined;
  readonly onProgress?: ((event: TrainingEvent) => void) | undefined;
}

/** What a training came to. */
export interface TrainingResult {
  /** One record for each epoch. */
  readonly curve: readonly EpochRecord[];
  /** Accuracy on the test data after the last epoch, 0 to 1; NaN before the first is done. */
  readonly testAccuracy: number;
  /** Folder of the trained network: model.safetensors and config.json. */
  readonly modelFolder: string;
  /** False if it was stopped by `stopAtStep` or `signal`. */
  readonly finished: boolean;
}
