import type { Dataset, TensorSample } from '../../data/dataset.ts';
import { DataError } from '../../errors.ts';
import { Random } from '../../random.ts';
import { augments, drawPictureMap, identityMap } from './augmentation.ts';
import { pictureStreams } from './batch-loader.ts';
import type { BatchChoices, Batches } from './batches.ts';
import type { FrameTargets, Told } from './frame-targets.ts';

/** Samples of frames one after the other, and what is told of each. */
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
  readonly told: Told;
}

/** What a training wants to know of samples. */
export interface FrameDataSettings {
  /** Default: as many as have names */
  readonly classes?: number | undefined;
  /** Intervals of a sample at whose ends objects are told. Default: the class of the sample is told */
  readonly boxIntervals?: number | undefined;
}

const largestCount = 255;

/** Frames that are not moved. */
const still = [0, 0] as const;

/**
 * Readies a data set of frames of events for training. Samples are kept as bytes once they were read.
 *
 * @throws DataError if a sample is no array [steps, channels, height, width] of counts with a class or with objects, or of another shape than the first
 */
export async function openFrameData(
  dataset: Dataset,
  { classes, boxIntervals }: FrameDataSettings = {},
): Promise<FrameData> {
  const first = await readFrames(dataset, 0, boxIntervals);
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
      const { frames, told, shape } = await readFrames(dataset, index, boxIntervals);
      if (shape.join() !== first.shape.join()) throw otherShape(dataset, index, first.shape, shape);
      const made = { frames, told };
      cache.set(index, made);
      return made;
    },
  };
}

async function readFrames(dataset: Dataset, index: number, boxIntervals: number | undefined) {
  const sample = await dataset.sample(index);
  const shape = sample.kind === 'tensor' ? sample.tensor.shape : [];
  const told = sample.kind === 'tensor' ? toldOf(sample, boxIntervals) : undefined;
  if (sample.kind !== 'tensor' || shape.length !== 4 || !told) {
    const wanted =
      boxIntervals === undefined ? 'a class' : `objects at the ends of ${boxIntervals} intervals`;
    throw new DataError({
      where: `data set '${dataset.name}': sample '${sample.id}'`,
      expected: `frames [steps, channels, height, width] with ${wanted}`,
      got: sample.kind === 'tensor' ? `[${shape.join(', ')}]${toldBy(sample)}` : `a ${sample.kind}`,
      remedy: `Train on events, such as ${boxIntervals === undefined ? 'event-glyphs:train' : 'event-glyphs-boxes:train'}`,
    });
  }
  const frames = Uint8Array.from(sample.tensor.data, (count) => Math.min(count, largestCount));
  return { frames, told, shape: sample.tensor.shape };
}

function toldOf(
  { label, targetsOverTime: objects }: TensorSample,
  boxIntervals: number | undefined,
): Told | undefined {
  if (boxIntervals === undefined) return label === undefined ? undefined : { label };
  return objects?.length === boxIntervals ? { objects } : undefined;
}

function toldBy({ label, targetsOverTime }: TensorSample): string {
  if (targetsOverTime) return ` with objects at the ends of ${targetsOverTime.length}`;
  return label === undefined ? ' with neither class nor objects' : ' with a class';
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

/** Makes batches of frames [N, T, channels, height, width] and targets [N, intervals, …]; all frames of a sample are changed alike. */
export class FrameLoader implements Batches {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly size: number;
  readonly wholeBatches: number;
  readonly #data: FrameData;
  readonly #batchSize: number;
  readonly #targets: FrameTargets;
  readonly #plain: Int32Array;
  readonly #map: Int32Array;

  constructor(data: FrameData, batchSize: number, targets: FrameTargets) {
    const [steps, channels, height, width] = data.shape;
    this.#data = data;
    this.#batchSize = batchSize;
    this.#targets = targets;
    this.size = data.size;
    this.wholeBatches = Math.floor(data.size / batchSize);
    this.inputs = new Float32Array(batchSize * steps * channels * height * width);
    this.targets = new Float32Array(batchSize * targets.size);
    this.#plain = identityMap(height, width);
    this.#map = new Int32Array(height * width);
  }

  async loadTraining(indices: Uint32Array, choices: BatchChoices): Promise<void> {
    const { augmentation, smoothing, seed, epoch } = choices;
    const [, , height, width] = this.#data.shape;
    const changes = augments(augmentation);
    const samples = await Promise.all(Array.from(indices, (index) => this.#data.sample(index)));
    this.targets.fill(0);
    for (const [row, { frames, told }] of samples.entries()) {
      const random = new Random(seed, pictureStreams.augmentation, epoch, indices[row] ?? 0);
      const moved = changes ? drawPictureMap(this.#map, height, width, augmentation, random) : still;
      this.#place(row, frames, changes ? this.#map : this.#plain);
      this.#targets.place(this.#targetOf(row), told, smoothing, moved);
    }
  }

  async loadTest(first: number): Promise<number> {
    const count = Math.min(this.#batchSize, this.size - first);
    this.inputs.fill(0);
    this.targets.fill(0);
    const rows = Array.from({ length: count }, (_, row) => row);
    const samples = await Promise.all(rows.map((row) => this.#data.sample(first + row)));
    for (const [row, { frames, told }] of samples.entries()) {
      this.#place(row, frames, this.#plain);
      this.#targets.place(this.#targetOf(row), told, 0, still);
    }
    return count;
  }

  #targetOf(row: number): Float32Array {
    const { size } = this.#targets;
    return this.targets.subarray(row * size, (row + 1) * size);
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
