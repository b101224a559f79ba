import type { StreamState } from '../../engines/stream-state.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { InputBatch } from '../../graph/input-batch.ts';
import type { Activity } from '../../results/activity.ts';
import type { ImageRecord } from '../../results/batch-record.ts';

/** What the networks said about one batch. Plain data: it travels between threads and into run records. */
export interface BatchOutcome {
  /** Number of classes, where a network tells classes. */
  readonly classes?: number;
  /** Tokens without padding, where a network reads text. */
  readonly tokens?: number;
  /** What they said about each image. */
  readonly images: readonly ImageAnswers[];
  /** Spikes of the batch; absent for a network that does not spike. */
  readonly activity?: Activity;
  /** What the next batch goes on from; present in a stream. It is not recorded. */
  readonly state?: StreamState;
}

/** What each network does on one image, as its task judges it. */
export type ImageAnswers = Omit<ImageRecord, 'id' | 'label'>;

/** Images, and what would be right for them. */
export type EvaluatedBatch = InputBatch & {
  /** One an image, in the shape of the output; absent without targets. Labels of classes are no targets. */
  readonly targets?: readonly FloatTensor[] | undefined;
  /** State after the batch before, in a stream. Default: the stream begins. */
  readonly before?: StreamState | undefined;
};
