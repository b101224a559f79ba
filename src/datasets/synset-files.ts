import { type ClassTable, classTable, hasSynset } from '../data/class-table.ts';
import { isImageName } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { type ImageFile, imageFilesDataset } from '../decoding/image-files-dataset.ts';
import { findSynsetTable, readSynsetTable } from '../decoding/synset-table.ts';
import { DataError, listProblems } from '../errors.ts';

const namePattern = /^(n\d{8})[_.-]/;

/** Pictures in one folder whose names start with the synset id of their class, as `n01498041_stingray.JPEG`. */
export const synsetFiles = defineDataset({
  name: 'synset-files',
  summary: 'a folder of pictures named by synset, as n01498041_stingray.JPEG',
  accepts: ['synsets', 'labels'],
  matches: ({ files, folders }) =>
    folders.length === 0 && files.some((file) => isImageName(file) && namePattern.test(file)),
  async open({ path, name, files }, options) {
    const table = await tableOf(path, options);
    if (!table && options.needsLabels === false) {
      const unlabelled = files.filter(isImageName).map((file) => ({ id: file }));
      return imageFilesDataset({ kind: 'synset-files', name, labelled: false }, path, unlabelled);
    }
    if (!table) {
      throw new DataError({
        where: path,
        expected: 'a synset file that tells the class of every synset id in the file names',
        got: 'none given, and no synset_words.txt in the folder or its parent',
        remedy:
          "Give one with the option labels (lines such as 'n01440764 tench, Tinca tinca' in class order)",
      });
    }
    const images: ImageFile[] = [];
    const problems: string[] = [];
    for (const file of files.filter(isImageName)) {
      const label = table.indexOf.get(namePattern.exec(file)?.[1] ?? '');
      if (label === undefined) problems.push(file);
      else images.push({ id: file, label });
    }
    if (problems.length > 0) {
      const heading = `${path}: file names without a synset id of '${table.path}'. Rename or remove them:`;
      throw new DataError(listProblems(heading, problems.slice(0, 20)));
    }
    return imageFilesDataset(
      { kind: 'synset-files', name, labelled: true, classNames: table.names },
      path,
      images,
    );
  },
});

/** As told, as the network says, or as a file beside the pictures does. */
async function tableOf(path: string, options: DatasetOptions): Promise<ClassTable | undefined> {
  const { synsets, labels, classes = [] } = options;
  const given = synsets ?? labels;
  if (given !== undefined) return readSynsetTable(given);
  return classes[0] !== undefined && hasSynset(classes[0])
    ? classTable(classes, 'the network', true)
    : findSynsetTable(path);
}
