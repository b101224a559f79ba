import type { DataType } from '../graph/data-type.ts';
import type { PreprocessConfig } from '../images/preprocess.ts';
import type { Dataset, PictureFile } from './dataset.ts';

/** How pictures become inputs of a network. Plain data: it travels to other machines. */
export interface PictureReading {
  readonly preprocess: PreprocessConfig | undefined;
  /** Shape of the network's input without the batch axis. */
  readonly inputShape: readonly number[];
  readonly dataType: DataType | undefined;
}

/** Picture files that are read where they are needed. */
export interface UnreadPictures {
  readonly reading: PictureReading;
  /** Batches in the order of the data set, without the samples to skip; all are full but the last. */
  batches(skip: ReadonlySet<string>): AsyncIterable<readonly PictureFile[]>;
}

/** The pictures of a data set in batches; undefined where its samples are no files of their own. */
export function unreadPictures(
  dataset: Dataset,
  batchSize: number,
  reading: PictureReading,
): UnreadPictures | undefined {
  const { picture, size, id } = dataset;
  if (!picture) return undefined;
  return {
    reading,
    async *batches(skip) {
      let batch: PictureFile[] = [];
      for (let index = 0; index < size; index++) {
        if (skip.has(id(index))) continue;
        batch.push(await picture(index));
        if (batch.length < batchSize) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
  };
}
