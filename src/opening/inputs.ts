import type { Dataset, DatasetOptions } from '../data/dataset.ts';
import type { Batch } from '../data/load-batch.ts';
import type { TokenFacts } from '../data/token-samples.ts';
import type { UnreadPictures } from '../data/unread-pictures.ts';

/** A data set as inputs of a network. */
export interface Inputs {
  readonly dataset: Dataset;
  /** Number of samples. With {@link batches} it is what an evaluation takes as its data. */
  readonly size: number;
  readonly batchSize: number;
  /** What became of texts; absent for other data. */
  readonly tokens?: TokenFacts;
  /** The files of the samples, where each is a picture in a file of its own. */
  readonly pictures?: UnreadPictures | undefined;
  /** Batches in the order of the data set, without the samples to skip. */
  batches(
    skip?: ReadonlySet<string>,
    onSkipped?: (id: string, reason: string) => void,
  ): AsyncGenerator<Batch>;
}

/** How to read a data set. */
export interface InputOptions extends DatasetOptions {
  /** Images a batch. Default 8, fewer where a network gives millions of numbers a text; a stack [batches, B, …] keeps its own B. */
  batchSize?: number | undefined;
  /** Tokens that rows of texts have at least. Default: no more than the longest text. */
  padTo?: number | undefined;
  /** Whether an image that cannot be read ends the run. Default false: it is left out and reported. */
  strict?: boolean;
}
