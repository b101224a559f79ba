import type { TrainingBatch } from '../step/training-session.ts';
import type { Augmentation } from './augmentation.ts';

/** What decides a batch of training samples beside the samples themselves. */
export interface BatchChoices {
  readonly augmentation: Augmentation;
  /** Share of each target that is spread evenly over all classes. */
  readonly smoothing: number;
  readonly seed: number;
  readonly epoch: number;
}

/** Makes batches of fixed size from a data set, in buffers that are used again. */
export interface Batches extends TrainingBatch {
  /** Number of samples of an epoch. */
  readonly size: number;
  /** Number of whole batches in the data set. */
  readonly wholeBatches: number;
  /** Fills the buffers with training samples. What happens to a sample depends on seed, epoch and index only. */
  loadTraining(indices: Uint32Array, choices: BatchChoices): Promise<void>;
  /**
   * Fills the buffers with the samples from `first` on, without changes.
   *
   * @returns number of samples; rows behind them are zero, targets too
   */
  loadTest(first: number): Promise<number>;
}
