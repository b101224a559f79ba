import { Random } from '../../random.ts';
import { augments, drawPictureMap, identityMap } from './augmentation.ts';
import type { BatchChoices, Batches } from './batches.ts';
import type { TrainingData } from './training-data.ts';

/** How pictures become numbers: (byte/255 − mean)/std of each channel. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Keys of the random streams, so that order and augmentation are independent. */
export const pictureStreams = { order: 1, augmentation: 2 } as const;

/** Makes batches of pictures with classes. */
export class BatchLoader implements Batches {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly size: number;
  readonly wholeBatches: number;
  readonly #data: TrainingData;
  readonly #batchSize: number;
  readonly #tables: readonly Float32Array[];
  readonly #plain: Int32Array;
  readonly #map: Int32Array;

  constructor(data: TrainingData, batchSize: number, { mean, std }: Normalisation) {
    const pixels = data.height * data.width;
    this.#data = data;
    this.size = data.size;
    this.#batchSize = batchSize;
    this.wholeBatches = Math.floor(data.size / batchSize);
    this.inputs = new Float32Array(batchSize * data.channels * pixels);
    this.targets = new Float32Array(batchSize * data.classes);
    this.#tables = Array.from({ length: data.channels }, (_, channel) =>
      Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean[channel]!) / std[channel]!),
    );
    this.#plain = identityMap(data.height, data.width);
    this.#map = new Int32Array(pixels);
  }

  /** Number of samples of a batch. */
  get rows(): number {
    return this.#batchSize;
  }

  /** The order of an epoch: all indices, shuffled by seed and epoch. */
  static order(size: number, seed: number, epoch: number): Uint32Array {
    return new Random(seed, pictureStreams.order, epoch).shuffle(
      Uint32Array.from({ length: size }, (_, i) => i),
    );
  }

  async loadTraining(
    indices: Uint32Array,
    { augmentation, smoothing, seed, epoch }: BatchChoices,
  ): Promise<void> {
    const { height, width, classes } = this.#data;
    const changes = augments(augmentation);
    this.targets.fill(smoothing / classes);
    const samples = await Promise.all(Array.from(indices, (index) => this.#data.sample(index)));
    for (let row = 0; row < this.#batchSize; row++) {
      const index = indices[row]!;
      if (changes) {
        const random = new Random(seed, pictureStreams.augmentation, epoch, index);
        drawPictureMap(this.#map, height, width, augmentation, random);
      }
      const { pixels, label } = samples[row]!;
      this.#place(row, pixels, changes ? this.#map : this.#plain);
      if (label === undefined) this.#leaveOpen(row);
      else this.targets[row * classes + label]! += 1 - smoothing;
    }
  }

  async loadTest(first: number): Promise<number> {
    const { size, classes } = this.#data;
    const count = Math.min(this.#batchSize, size - first);
    this.targets.fill(0);
    if (count < this.#batchSize) this.inputs.fill(0);
    const rows = Array.from({ length: count }, (_, row) => row);
    const samples = await Promise.all(rows.map((row) => this.#data.sample(first + row)));
    for (const [row, { pixels, label }] of samples.entries()) {
      this.#place(row, pixels, this.#plain);
      if (label === undefined) this.#leaveOpen(row);
      else this.targets[row * classes + label] = 1;
    }
    return count;
  }

  /** A row of equal shares: every class may be right. */
  #leaveOpen(row: number): void {
    const { classes } = this.#data;
    this.targets.fill(1 / classes, row * classes, (row + 1) * classes);
  }

  #place(row: number, pixels: Uint8Array, map: Int32Array): void {
    const { channels } = this.#data;
    let at = row * channels * map.length;
    for (let channel = 0; channel < channels; channel++) {
      const table = this.#tables[channel]!;
      for (let i = 0; i < map.length; i++) {
        const source = map[i]!;
        this.inputs[at++] =
          source >= 0 ? table[pixels[3 * source + channel]!]! : source === -1 ? table[0]! : 0;
      }
    }
  }
}
