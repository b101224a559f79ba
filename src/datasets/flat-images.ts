import { dirname } from 'node:path';
import { isImageName } from '../data/data-location.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { imageFilesDataset } from '../decoding/image-files-dataset.ts';
import { readClassTable } from '../decoding/read-classes.ts';

/** Pictures in one folder, or a single one, without labels; a file of labels names the classes that a network tells. */
export const flatImages = defineDataset({
  name: 'flat-images',
  summary: 'a folder of pictures without labels, or one picture',
  accepts: ['labels'],
  // Folders with pictures make it a data set of classes, which is asked first; others are nothing to stumble over.
  matches: ({ isFolder, name, files }) => (isFolder ? files.some(isImageName) : isImageName(name)),
  async open({ path, name, isFolder, files }, { labels }) {
    const images = isFolder ? files.filter(isImageName).map((id) => ({ id })) : [{ id: name }];
    const classNames = labels === undefined ? undefined : (await readClassTable(labels)).names;
    const facts = { kind: 'flat-images', name, labelled: false, ...(classNames && { classNames }) };
    return imageFilesDataset(facts, isFolder ? path : dirname(path), images);
  },
});
