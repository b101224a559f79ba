import { Catalogue } from '../catalogue.ts';
import type { DatasetKind } from '../data/define-dataset.ts';
import { cifar10Binary } from './cifar10-binary.ts';
import { dvsGesture } from './dvs-gesture.ts';
import { eventFolder } from './event-folder.ts';
import { eventGlyphs } from './event-glyphs.ts';
import { eventGlyphsBoxes } from './event-glyphs-boxes.ts';
import { flatImages } from './flat-images.ts';
import { gen1Boxes } from './gen1-boxes.ts';
import { glyphs } from './glyphs.ts';
import { harmonic } from './harmonic.ts';
import { imageFolder } from './image-folder.ts';
import { imageList } from './image-list.ts';
import { mnistIdx } from './mnist-idx.ts';
import { npyStack } from './npy-stack.ts';
import { plainText } from './plain-text.ts';
import { saccades } from './saccades.ts';
import { synsetFiles } from './synset-files.ts';
import { textTable } from './text-table.ts';

/** Kinds of data sets by name; those of extensions are asked first. */
export const datasetCatalogue = new Catalogue<DatasetKind>(
  'data set',
  [
    glyphs,
    harmonic,
    eventGlyphs,
    eventGlyphsBoxes,
    saccades,
    imageList,
    npyStack,
    mnistIdx,
    cifar10Binary,
    dvsGesture,
    gen1Boxes,
    eventFolder,
    imageFolder,
    synsetFiles,
    flatImages,
    textTable,
    plainText,
  ],
  'first',
);

/** All kinds of data sets, in the order in which they are asked whether they know a location. */
export const datasetKinds = datasetCatalogue.members;

/** The kind of the data that a text stands for though they lie in no file. */
export function addressedKind(text: string): DatasetKind | undefined {
  return datasetKinds.find((kind) => kind.isAddress?.(text));
}
