import { join } from 'node:path';
import { choosePart } from '../data/choose-part.ts';
import type { DataLocation } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { DataError } from '../errors.ts';
import { locateData } from './locate-data.ts';

/** Parts by what the names of their folders have in them, in any case: `Train`, `n-cars_test`. */
const parts = { train: /train/i, test: /test/i, val: /val/i } as const;

/** The folder of a part, where a data set has nothing but folders for parts. @throws DataError if the one that is wanted is missing */
export async function enterPart(
  location: DataLocation,
  options: Pick<DatasetOptions, 'split' | 'purpose'>,
): Promise<DataLocation> {
  const { path, folders } = location;
  if (
    folders.length === 0 ||
    !folders.every((folder) => Object.values(parts).some((part) => part.test(folder)))
  )
    return location;
  const folderOf = (part: string) =>
    folders.find((folder) => part in parts && parts[part as keyof typeof parts].test(folder));
  const wanted = choosePart(options, (part) => folderOf(part) !== undefined);
  const folder = folderOf(wanted);
  if (folder !== undefined) return locateData(join(path, folder));
  throw new DataError({
    where: path,
    expected: `a folder for '${wanted}'`,
    got: folders.map((each) => `'${each}'`).join(', '),
    remedy: 'Choose one of these with the option split, as train or test',
    means: ['split'],
  });
}
