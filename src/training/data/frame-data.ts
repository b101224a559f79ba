import type { Dataset } from '../../data/dataset.ts';
import { DataError } from '../../errors.ts';
import { Random } from '../../random.ts';
import { augments, drawPictureMap, identityMap } from './augmentation.ts';
import { pictureStreams } from './batch-loader.ts';
import type { BatchChoices, Batches } from './batches.ts';

/** Samples of frames one after the other, with a class each. */
export interface FrameData {
  readonly size: number;
  /** [steps, channels, height, width] */
  readonly shape: readonly [number, number, number, number];
  readonly classes: number;
  readonly classNames: readonly string[] | undefined;
  sample(index: number): Promise<FrameSample>;
}

interface FrameSample {
  /** Counts of events, at most 255. */
  readonly frames: Uint8Array;
  readonly label: number;
}

const largestCount = 255;

/**
 * Readies a data set of frames of events for training. Samples are kept as bytes once they were read.
 *
 * @param classes default: as many as have names
 * @throws DataError if a sample is no array [steps, channels, height, width] of counts with a class, or of another shape than the first
 */
export async function openFrameData(dataset: Dataset, classes?: number): Promise<FrameData> {
  const first = await readFrames(dataset, 0);
  const [steps = 1, channels = 1, height = 1, width = 1] = first.shape;
  const known = classes ?? dataset.classNames?.length;
  if (known === undefined) throw withoutClasses(dataset);
  const cache = new Map<number, FrameSample>();
  return {
    size: dataset.size,
    shape: [steps, channels, height, width],
    classes: known,
    classNames: dataset.classNames,
    async sample(index) {
      const found = cache.get(index);
      if (found) return found;
      const { frames, label, shape } = await readFrames(dataset, index);
      if (shape.join() !== first.shape.join()) throw otherShape(dataset, index, first.shape, shape);
      const made = { frames, label };
      cache.set(index, made);
      return made;
    },
  };
}

async function readFrames(dataset: Dataset, index: number) {
  const sample = await dataset.sample(index);
  if (sample.kind !== 'tensor' || sample.tensor.shape.length !== 4 || sample.label === undefined) {
    throw new DataError({
      where: `data set '${dataset.name}': sample '${sample.id}'`,
      expected: 'frames [steps, channels, height, width] with a class',
      got: sample.kind === 'tensor' ? `[${sample.tensor.shape.join(', ')}]` : `a ${sample.kind}`,
      remedy: 'Train on events, such as event-glyphs:train',
    });
  }
  const frames = Uint8Array.from(sample.tensor.data, (count) => Math.min(count, largestCount));
  return { frames, label: sample.label, shape: sample.tensor.shape };
}

function withoutClasses({ name }: Dataset): DataError {
  return new DataError({
    where: `data set '${name}'`,
    expected: 'names of classes',
    got: 'none',
    remedy: 'Set data.classes in the recipe',
  });
}

function otherShape(
  dataset: Dataset,
  index: number,
  expected: readonly number[],
  got: readonly number[],
): DataError {
  return new DataError({
    where: `data set '${dataset.name}': sample '${dataset.id(index)}'`,
    expected: `[${expected.join(', ')}], as the first sample has`,
    got: `[${got.join(', ')}]`,
    remedy: 'Give the size of the sensor, and one number of steps',
  });
}

/** Makes batches of frames [N, T, channels, height, width] and targets [N, intervals, classes]; all frames of a sample are changed alike. */
export class FrameLoader implements Batches {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly size: number;
  readonly wholeBatches: number;
  readonly #data: FrameData;
  readonly #batchSize: number;
  readonly #intervals: number;
  readonly #plain: Int32Array;
  readonly #map: Int32Array;

  constructor(data: FrameData, batchSize: number, intervals: number) {
    const [steps, channels, height, width] = data.shape;
    this.#data = data;
    this.#batchSize = batchSize;
    this.#intervals = intervals;
    this.size = data.size;
    this.wholeBatches = Math.floor(data.size / batchSize);
    this.inputs = new Float32Array(batchSize * steps * channels * height * width);
    this.targets = new Float32Array(batchSize * intervals * data.classes);
    this.#plain = identityMap(height, width);
    this.#map = new Int32Array(height * width);
  }

  async loadTraining(indices: Uint32Array, choices: BatchChoices): Promise<void> {
    const { augmentation, smoothing, seed, epoch } = choices;
    const [, , height, width] = this.#data.shape;
    const changes = augments(augmentation);
    const samples = await Promise.all(Array.from(indices, (index) => this.#data.sample(index)));
    for (const [row, { frames, label }] of samples.entries()) {
      if (changes) {
        const random = new Random(seed, pictureStreams.augmentation, epoch, indices[row] ?? 0);
        drawPictureMap(this.#map, height, width, augmentation, random);
      }
      this.#place(row, frames, changes ? this.#map : this.#plain);
      this.#mark(row, label, smoothing);
    }
  }

  async loadTest(first: number): Promise<number> {
    const count = Math.min(this.#batchSize, this.size - first);
    this.inputs.fill(0);
    this.targets.fill(0);
    const rows = Array.from({ length: count }, (_, row) => row);
    const samples = await Promise.all(rows.map((row) => this.#data.sample(first + row)));
    for (const [row, { frames, label }] of samples.entries()) {
      this.#place(row, frames, this.#plain);
      this.#mark(row, label, 0);
    }
    return count;
  }

  #mark(row: number, label: number, smoothing: number): void {
    const { classes } = this.#data;
    for (let interval = 0; interval < this.#intervals; interval++) {
      const start = (row * this.#intervals + interval) * classes;
      this.targets.fill(smoothing / classes, start, start + classes);
      this.targets[start + label] = 1 - smoothing + smoothing / classes;
    }
  }

  #place(row: number, frames: Uint8Array, map: Int32Array): void {
    const pixels = map.length;
    const start = row * frames.length;
    for (let plane = 0; plane < frames.length; plane += pixels) {
      for (let i = 0; i < pixels; i++) {
        const source = map[i] ?? -1;
        this.inputs[start + plane + i] = source < 0 ? 0 : (frames[plane + source] ?? 0);
      }
    }
  }
}
