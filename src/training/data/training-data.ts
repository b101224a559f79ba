import type { Dataset } from '../../data/dataset.ts';
import { DataError } from '../../errors.ts';

/** Pictures of one size, kept as bytes; generated ones are drawn when they are asked for. */
export interface TrainingData {
  readonly size: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly classNames: readonly string[] | undefined;
  /** Whether every sample has a class. */
  readonly labelled: boolean;
  /** Bytes [height, width, 3] and class of a sample. */
  sample(index: number): Promise<TrainingSample>;
}

/** What tells one data set of pictures from another to a training. */
export function sizesOf({ size, height, width, classes }: TrainingData): number[] {
  return [size, height, width, classes];
}

/** A picture as bytes with its class, if it has one. */
export interface TrainingSample {
  /** `height · width · 3`, channels red, green, blue; grey pictures have three equal channels. */
  readonly pixels: Uint8Array;
  readonly label: number | undefined;
}

/** Data sets up to this many bytes stay in memory once they are decoded. */
const cacheLimit = 2 ** 30;

/**
 * Looks at a data set's first pictures and readies it for training.
 *
 * @param channels 1: grey, 3: colour
 * @param classes number of classes; default: as many as have names, else the largest label of the data set plus one
 * @param needsLabels whether each picture must have a class; without, `classes` has to be given. Default true
 * @throws DataError if the data set has no labels where it needs them, or a picture another size than the first
 */
export async function openTrainingData(
  dataset: Dataset,
  channels: 1 | 3,
  classes?: number,
  needsLabels = true,
): Promise<TrainingData> {
  const first = await readSample(dataset, 0, needsLabels);
  const { width, height } = first;
  const cache = new Map<number, TrainingSample>();
  const generated = dataset.kind === 'glyphs';
  const caches = !generated && dataset.size * width * height * 3 <= cacheLimit;
  const sample = async (index: number): Promise<TrainingSample> => {
    const known = cache.get(index);
    if (known) return known;
    const read = await readSample(dataset, index, needsLabels);
    if (read.width !== width || read.height !== height) {
      throw new DataError({
        where: `sample '${dataset.id(index)}'`,
        expected: `${width} × ${height} pixels, as the first picture has`,
        got: `${read.width} × ${read.height}`,
        remedy: 'Scale all pictures to one size before training',
      });
    }
    const found = { pixels: read.pixels, label: read.label };
    if (caches) cache.set(index, found);
    return found;
  };
  const known = classes ?? dataset.classNames?.length ?? (await largestLabel(dataset.size, sample)) + 1;
  return {
    size: dataset.size,
    channels,
    height,
    width,
    classes: known,
    classNames: dataset.classNames,
    labelled: dataset.labelled,
    sample,
  };
}

async function readSample(dataset: Dataset, index: number, needsLabel: boolean) {
  const sample = await dataset.sample(index);
  if (sample.kind !== 'image' || (needsLabel && sample.label === undefined)) {
    throw new DataError({
      where: `data set '${dataset.name}': sample '${sample.id}'`,
      expected: needsLabel ? 'a picture with a label' : 'a picture',
      got: sample.kind === 'image' ? 'no label' : `a ${sample.kind}`,
      remedy: needsLabel ? 'Train on pictures with labels' : 'Train on pictures',
    });
  }
  const { width, height, data } = sample.image;
  return { width, height, pixels: data, label: sample.label };
}

async function largestLabel(
  size: number,
  sample: (index: number) => Promise<TrainingSample>,
): Promise<number> {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, (await sample(i)).label ?? 0);
  return largest;
}
