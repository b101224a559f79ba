import type { DatasetKind } from '../data/define-dataset.ts';
import { cifar10Binary } from './cifar10-binary.ts';
import { flatImages } from './flat-images.ts';
import { glyphs } from './glyphs.ts';
import { imageFolder } from './image-folder.ts';
import { imageList } from './image-list.ts';
import { mnistIdx } from './mnist-idx.ts';
import { npyStack } from './npy-stack.ts';
import { synsetFiles } from './synset-files.ts';

/** All kinds of data sets, in the order in which they are asked whether they know a location. */
export const datasetKinds: readonly DatasetKind[] = [
  glyphs,
  imageList,
  npyStack,
  mnistIdx,
  cifar10Binary,
  imageFolder,
  synsetFiles,
  flatImages,
];
