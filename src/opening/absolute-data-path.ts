import { resolve } from 'node:path';
import { addressedKind } from '../datasets/dataset-kinds.ts';
import { addressOf, namedFiles } from './named-files.ts';

/** The place of a data set independent of the working directory; an address of data that lie in no file stays as it is. */
export function absoluteDataPath(data: string): string {
  const named = namedFiles(data);
  if (named) return addressOf(named, (file) => (Number.isNaN(Number(file)) ? resolve(file) : file));
  const kind = addressedKind(data);
  if (!kind) return resolve(data);
  return kind.absolute?.(data, absoluteDataPath) ?? data;
}
