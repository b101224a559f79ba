import { resolve } from 'node:path';
import { addressedKind } from '../datasets/dataset-kinds.ts';

/** The place of a data set independent of the working directory; an address of data that lie in no file stays as it is. */
export function absoluteDataPath(data: string): string {
  return addressedKind(data) ? data : resolve(data);
}
