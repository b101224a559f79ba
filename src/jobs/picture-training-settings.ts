import type { TrainingEvent } from '../training/run/train-options.ts';
import type { JobListener } from './notice.ts';
import type { ModelOutputSettings } from './require-writable.ts';

/** What the trainings of whole networks on pictures have in common. */
export interface PictureTrainingSettings extends ModelOutputSettings, JobListener {
  /** JSON file with settings of the training; those that are given beside it count instead. */
  readonly recipe?: string | undefined;
  /** Pictures to train on, with classes where the training learns from these: the part `train`, where there are several. */
  readonly data: string;
  /** Pictures to measure on. Default: the part `test` of the data. */
  readonly testData?: string | undefined;
  /** Folder of the run: checkpoints and loss curve. Default: one in `runs` by network and settings. */
  readonly folder?: string | undefined;
  /** Whether to start from the beginning even if there is a checkpoint. Default false: it goes on. */
  readonly fresh?: boolean | undefined;
  /** Threads one operator may use. Default 1. */
  readonly threads?: number | undefined;
  /** Stops after the step under way with a checkpoint; the same settings go on from there. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: TrainingEvent) => void) | undefined;
}
