import { join } from 'node:path';
import { choosePart } from '../data/choose-part.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { type IdxBytes, parseIdx } from '../decoding/idx-file.ts';
import { DataError, messageOf } from '../errors.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import { greyImage } from '../images/rgb-image.ts';

const imagesPattern = /^(.*)[-_.]images[-.]idx3-ubyte(\.gz)?$/;

/** Which prefixes of file names belong to a split. */
const splitPatterns: Record<string, RegExp> = { test: /t10k|test/i, train: /train/i };

/**
 * A folder with MNIST's files, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte` (or `train-…`), plain or `.gz`. Pictures are
 * grey with three equal channels; ids are the indices.
 */
export const mnistIdx = defineDataset({
  name: 'mnist-idx',
  summary: 'a folder with *-images-idx3-ubyte[.gz] and *-labels-idx1-ubyte[.gz]',
  accepts: ['split'],
  matches: ({ files }) => files.some((file) => imagesPattern.test(file)),
  async open({ path, name, files }, options) {
    const imagesName = chooseFile(path, files, options);
    const images = await readIdx(join(path, imagesName), 3);
    const labels = await readIdx(join(path, labelsName(path, files, imagesName)), 1);
    const [size, height, width] = images.shape as [number, number, number];
    if (labels.shape[0] !== size) {
      throw new DataError({
        where: join(path, imagesName),
        expected: `${size} labels, one a picture`,
        got: `${labels.shape[0]}`,
        remedy: 'Take the pictures and the labels of the same split',
      });
    }
    const pixels = width * height;
    return {
      kind: 'mnist-idx',
      name,
      size,
      labelled: true,
      id: String,
      sample: async (index) => {
        const grey = images.data.subarray(index * pixels, (index + 1) * pixels);
        const label = labels.data[index]!;
        return { kind: 'image', id: String(index), label, image: greyImage(width, height, grey) };
      },
    };
  },
});

/** The file with the pictures of a split; of several the one with the shortest name, plain before `.gz`. */
function chooseFile(path: string, files: readonly string[], options: DatasetOptions): string {
  const filesOf = (split: string) =>
    files.filter((file) => {
      const prefix = imagesPattern.exec(file)?.[1];
      return prefix !== undefined && (splitPatterns[split] ?? /^$/).test(prefix);
    });
  const split = choosePart(options, (part) => filesOf(part).length > 0);
  const [first] = filesOf(split).sort((a, b) => a.length - b.length);
  if (first) return first;
  throw new DataError({
    where: path,
    expected: `pictures of the split '${split}'`,
    got: files.filter((file) => imagesPattern.test(file)).join(', '),
    remedy: "Give the option split as 'train' or 'test', whichever is there",
    means: ['split'],
  });
}

function labelsName(path: string, files: readonly string[], imagesName: string): string {
  const prefix = imagesPattern.exec(imagesName)![1]!;
  const isLabels = (file: string) =>
    file.startsWith(prefix) && /^[-_.]labels[-.]idx1-ubyte(\.gz)?$/.test(file.slice(prefix.length));
  const found = files.find(isLabels);
  if (found) return found;
  throw new DataError({
    where: path,
    expected: `a file '${prefix}-labels-idx1-ubyte' with the labels`,
    got: 'none',
    remedy: 'Put the file with the labels beside the one with the pictures',
  });
}

async function readIdx(path: string, rank: number): Promise<IdxBytes> {
  const bytes = await readOrdinaryFile(path).catch((cause: unknown) => {
    throw new DataError(
      {
        where: path,
        expected: 'an IDX file that can be read',
        got: messageOf(cause),
        remedy: 'Check the file and its permissions',
      },
      { cause },
    );
  });
  return parseIdx(bytes, rank, path);
}
