import { DataError } from '../errors.ts';
import type { Dataset } from './dataset.ts';

/** Refuses a data set without labels, where accuracy is to be measured; @throws DataError. */
export function requireLabels(dataset: Dataset): void {
  if (dataset.labelled) return;
  throw new DataError({
    where: `data set '${dataset.name}' (${dataset.kind})`,
    expected: 'a label for every sample',
    got: 'no labels',
    remedy:
      "Put the pictures into one folder a class, list them in a .txt file with lines 'path label', or give the option labels for an .npy file",
  });
}
