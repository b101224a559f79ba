import { join } from 'node:path';
import { type DataLocation, isImageName } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { type ImageFile, imageFilesDataset } from '../decoding/image-files-dataset.ts';
import { listImages } from '../decoding/locate-data.ts';
import {
  findSynsetTable,
  readSynsetTable,
  type SynsetTable,
  synsetPattern,
} from '../decoding/synset-table.ts';
import { DataError } from '../errors.ts';

/**
 * One folder a class with pictures at any depth. The sorted folder names are the classes; if they are synset ids and a synset
 * file is given, or lies in the folder or its parent, its lines are.
 */
export const imageFolder = defineDataset({
  name: 'image-folder',
  summary: 'a folder with one folder of pictures a class',
  accepts: ['synsets', 'labels'],
  async matches({ path, folders }) {
    for (const folder of folders) if ((await listImages(join(path, folder))).length > 0) return true;
    return false;
  },
  async open(location, options) {
    refuseLooseImages(location);
    const table = await synsetsOf(location, options);
    const classNames = table?.names ?? location.folders;
    const files: ImageFile[] = [];
    const empty: string[] = [];
    for (const [position, folder] of location.folders.entries()) {
      const images = await listImages(join(location.path, folder));
      if (images.length === 0) empty.push(folder);
      const label = table?.indexOf.get(folder) ?? position;
      for (const image of images) files.push({ id: `${folder}/${image}`, label });
    }
    if (!table) refuseEmptyClasses(location, empty);
    const facts = { kind: 'image-folder', name: location.name, labelled: true, classNames };
    return imageFilesDataset(facts, location.path, files);
  },
});

async function synsetsOf(
  { path, folders }: DataLocation,
  options: DatasetOptions,
): Promise<SynsetTable | undefined> {
  const given = options.synsets ?? options.labels;
  const areSynsets = folders.every((folder) => synsetPattern.test(folder));
  const table =
    given !== undefined ? await readSynsetTable(given) : areSynsets ? await findSynsetTable(path) : undefined;
  const unknown = table ? folders.filter((folder) => !table.indexOf.has(folder)) : [];
  if (unknown.length === 0) return table;
  throw new DataError({
    where: path,
    expected: `folders named by synset ids of '${table!.path}'`,
    got: some(unknown),
    remedy:
      'Give the synset file of this data set, or leave it out to take the sorted folder names as classes',
  });
}

function refuseLooseImages({ path, files }: DataLocation): void {
  const loose = files.filter(isImageName);
  if (loose.length === 0) return;
  throw new DataError({
    where: path,
    expected: 'pictures only in the folders of the classes',
    got: `${some(loose)} beside them`,
    remedy: 'Move these files into the folder of their class, or away',
  });
}

/** A stray folder would shift the index of every class behind it. */
function refuseEmptyClasses({ path }: DataLocation, empty: readonly string[]): void {
  if (empty.length === 0) return;
  throw new DataError({
    where: path,
    expected: 'at least one picture in the folder of every class',
    got: `none in ${some(empty)}`,
    remedy: 'Remove the folders that are no classes, or add their pictures',
  });
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `'${name}'`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
