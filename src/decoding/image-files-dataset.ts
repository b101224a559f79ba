import { resolve } from 'node:path';
import type { Dataset } from '../data/dataset.ts';
import { decodeImage } from './decode-image.ts';

/** One picture file of a data set. */
export interface ImageFile {
  /** Id of the sample: path relative to the data set. */
  id: string;
  label?: number;
}

/** A data set of picture files below `folder`, decoded when asked for. */
export function imageFilesDataset(
  facts: Pick<Dataset, 'kind' | 'name' | 'labelled' | 'classNames'>,
  folder: string,
  files: readonly ImageFile[],
): Dataset {
  return {
    ...facts,
    size: files.length,
    id: (index) => files[index]!.id,
    async sample(index) {
      const { id, label } = files[index]!;
      return { kind: 'image', id, label, image: await decodeImage(resolve(folder, id)) };
    },
    async picture(index) {
      const { id, label } = files[index]!;
      return { id, label, path: resolve(folder, id) };
    },
  };
}
