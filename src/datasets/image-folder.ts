import { join } from 'node:path';
import { type ClassTable, classTable, synsetPattern } from '../data/class-table.ts';
import { type DataLocation, isImageName } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { type ImageFile, imageFilesDataset } from '../decoding/image-files-dataset.ts';
import { listImages } from '../decoding/locate-data.ts';
import { readClassTable } from '../decoding/read-classes.ts';
import { findSynsetTable, readSynsetTable } from '../decoding/synset-table.ts';
import { DataError } from '../errors.ts';

/**
 * One folder a class with pictures at any depth. The order of the classes is that of a given file, of the network whose classes
 * the folders are named after, of a synset file in the folder or its parent; else that of the sorted names.
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
    const table = await tableOf(location, options);
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

/** As told, as the network says where it knows these folders, or as a synset file beside them does. */
async function tableOf(
  { path, folders }: DataLocation,
  options: DatasetOptions,
): Promise<ClassTable | undefined> {
  const { synsets, labels, classes } = options;
  const given = synsets ?? labels;
  const areSynsets = folders.every((folder) => synsetPattern.test(folder));
  if (given !== undefined) {
    return requireAll(path, folders, await (areSynsets ? readSynsetTable(given) : readClassTable(given)));
  }
  const own = classes && classTable(classes, 'the network', true);
  if (own && folders.some((folder) => own.indexOf.has(folder))) return requireAll(path, folders, own);
  const found = areSynsets ? await findSynsetTable(path) : undefined;
  return found && requireAll(path, folders, found);
}

/** Labels of some classes alone would be worth nothing. */
function requireAll(where: string, folders: readonly string[], table: ClassTable): ClassTable {
  const unknown = folders.filter((folder) => !table.indexOf.has(folder));
  if (unknown.length === 0) return table;
  throw new DataError({
    where,
    expected: `folders named by ${table.hasSynsets ? 'synset ids' : 'classes'} of '${table.path}'`,
    got: some(unknown),
    remedy: table.ofNetwork
      ? 'Give the labels of this data set, a class a line in the order of the network, or take these folders away'
      : 'Give the synset file of this data set, or leave it out to take the sorted folder names as classes',
    ...(table.ofNetwork && { means: ['labels'] }),
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
