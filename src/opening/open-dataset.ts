import { extname, join } from 'node:path';
import { choosePart } from '../data/choose-part.ts';
import type { DataLocation } from '../data/data-location.ts';
import type { Dataset, DatasetOptions, Reading } from '../data/dataset.ts';
import type { DatasetKind, KindOption } from '../data/define-dataset.ts';
import { limitDataset } from '../data/limit-dataset.ts';
import { addressedKind, datasetKinds } from '../datasets/dataset-kinds.ts';
import { locateData } from '../decoding/locate-data.ts';
import { withTargets } from '../decoding/with-targets.ts';
import { DataError, UsageError } from '../errors.ts';

/** Names of parts of a data set. */
const splitNames = ['test', 'val', 'validation', 'train'];

/**
 * Opens a data set and finds out its kind from what is at the path. A folder that holds nothing but folders named `train`, `test`,
 * `val` or `validation` stands for the one that `options.split` names (default `test`, else `val`, else `validation`; `train` first for calibration).
 *
 * @param path a folder or a file
 * @throws DataError if nothing is there, no kind fits, or the files are wrong.
 * @throws UsageError if the limit is not a positive whole number or an option does nothing for this kind.
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<Dataset> {
  checkLimit(options.limit);
  const addressed = addressedKind(path);
  const top = addressed ? addressOf(path) : await locateData(path);
  const location = await enterSplit(top, options);
  const { split, targets, ...rest } = options;
  // A split that has been entered is done with.
  const remaining = location === top && split !== undefined ? { ...rest, split } : rest;
  const kind = addressed ?? (await kindOf(location, options.reads));
  refuseUnusedOptions(kind, remaining, path);
  const opened = await kind.open(location, remaining, openDataset);
  if (opened.size === 0) {
    throw new DataError({
      where: path,
      expected: 'at least one sample',
      got: 'none',
      remedy: 'Give the path of a data set that is not empty',
    });
  }
  const dataset = targets === undefined ? opened : await withTargets(opened, targets);
  const named = location === top ? dataset : { ...dataset, name: `${top.name}/${location.name}` };
  return options.limit === undefined ? named : limitDataset(named, options.limit);
}

function addressOf(path: string): DataLocation {
  return { path, name: path, isFolder: false, files: [], folders: [] };
}

async function enterSplit(location: DataLocation, options: DatasetOptions): Promise<DataLocation> {
  const { path, folders } = location;
  if (folders.length === 0 || folders.some((folder) => !splitNames.includes(folder))) return location;
  const wanted = choosePart(options, (part) => folders.includes(part));
  if (folders.includes(wanted)) return locateData(join(path, wanted));
  throw new DataError({
    where: path,
    expected: `a folder '${wanted}'`,
    got: folders.map((folder) => `'${folder}'`).join(', '),
    remedy: 'Choose one of these with the option split',
    means: ['split'],
  });
}

async function kindOf(location: DataLocation, reads: Reading | undefined): Promise<DatasetKind> {
  const kinds = datasetKinds.filter(({ gives = 'pictures' }) => reads === undefined || gives === reads);
  for (const kind of kinds) if (await kind.matches(location)) return kind;
  const known = kinds.map(({ summary }) => summary).join('; ');
  throw new DataError({
    where: location.path,
    expected: `one of: ${known}`,
    got: describeContents(location),
    remedy: isArchive(location)
      ? 'Unpack the archive and give the folder with the pictures'
      : reads === 'text'
        ? 'Give the path of one of these, or arrays of tokens'
        : 'Give the path of one of these, with pictures as JPEG, PNG, WebP, GIF, TIFF or AVIF',
  });
}

function describeContents({ isFolder, name, files, folders }: DataLocation): string {
  if (!isFolder) return `a file with the extension '${extname(name)}'`;
  const names = [...folders.map((folder) => `${folder}/`), ...files];
  if (names.length === 0) return 'an empty folder';
  const shown = names.slice(0, 5).join(', ');
  return `a folder with ${shown}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}

function isArchive({ isFolder, name, files }: DataLocation): boolean {
  return (isFolder ? files : [name]).some((file) => /\.(tar|tgz|tar\.gz|zip)$/i.test(file));
}

function refuseUnusedOptions(kind: DatasetKind, options: DatasetOptions, where: string): void {
  const { limit, needsLabels, targets, classes, reads, purpose, ...specific } = options;
  const unused = (Object.keys(specific) as KindOption[]).filter(
    (key) => specific[key] !== undefined && !kind.accepts.includes(key),
  );
  if (unused.length === 0) return;
  throw new UsageError({
    where: `${where} (${kind.name})`,
    expected:
      kind.accepts.length > 0
        ? `only the options ${kind.accepts.join(', ')} and limit`
        : 'only the option limit',
    got: unused.join(', '),
    remedy: 'Leave out the options that do nothing here, or give data of a kind that uses them',
  });
}

function checkLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isInteger(limit) && limit > 0)) return;
  throw new UsageError({
    where: 'limit',
    expected: 'a positive whole number of samples',
    got: `${limit}`,
    remedy: 'Give a number from 1 on, or leave the option out to take all samples',
  });
}
