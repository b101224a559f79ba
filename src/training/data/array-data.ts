import type { Dataset } from '../../data/dataset.ts';
import { DataError } from '../../errors.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { BatchChoices, Batches } from './batches.ts';

/** Ready-made inputs with the numbers that would be right for them. */
export interface ArrayData {
  readonly size: number;
  /** Whether every epoch has new samples. */
  readonly endless: boolean;
  /** Shape of an input, without a batch. */
  readonly sampleShape: readonly number[];
  /** Shape of a target, without a batch. */
  readonly targetShape: readonly number[];
  sample(index: number): Promise<ArraySample>;
}

/** An input and its target. */
interface ArraySample {
  readonly input: Float32Array;
  readonly target: Float32Array | Float64Array;
}

/** @throws DataError if a sample is no array with a target */
export async function openArrayData(dataset: Dataset): Promise<ArrayData> {
  const read = async (index: number) => {
    const sample = await dataset.sample(index);
    if (sample.kind === 'tensor' && sample.target) return { ...sample, target: sample.target };
    throw new DataError({
      where: `data set '${dataset.name}': sample '${sample.id}'`,
      expected: 'an array with a target',
      got: sample.kind === 'tensor' ? 'no target' : `a ${sample.kind}`,
      remedy: 'Train on data with targets, such as harmonic:train',
    });
  };
  const first = await read(0);
  return {
    size: dataset.size,
    endless: dataset.endless ?? false,
    sampleShape: first.tensor.shape,
    targetShape: first.target.shape,
    sample: async (index) => {
      const { tensor, target } = await read(index);
      return { input: tensor.data, target: target.data };
    },
  };
}

/** Makes batches of arrays. Of endless data every epoch takes samples that no other had. */
export class ArrayLoader implements Batches {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly size: number;
  readonly wholeBatches: number;
  readonly #data: ArrayData;
  readonly #batchSize: number;

  constructor(data: ArrayData, batchSize: number) {
    this.#data = data;
    this.#batchSize = batchSize;
    this.size = data.size;
    this.wholeBatches = Math.floor(data.size / batchSize);
    this.inputs = new Float32Array(batchSize * sizeOf(data.sampleShape));
    this.targets = new Float32Array(batchSize * sizeOf(data.targetShape));
  }

  async loadTraining(indices: Uint32Array, { epoch }: BatchChoices): Promise<void> {
    const first = this.#data.endless ? epoch * this.size : 0;
    await this.#load(Array.from(indices, (index) => first + index));
  }

  async loadTest(first: number): Promise<number> {
    const count = Math.min(this.#batchSize, this.size - first);
    this.inputs.fill(0);
    this.targets.fill(0);
    await this.#load(Array.from({ length: count }, (_, row) => first + row));
    return count;
  }

  async #load(indices: readonly number[]): Promise<void> {
    const samples = await Promise.all(indices.map((index) => this.#data.sample(index)));
    for (const [row, { input, target }] of samples.entries()) {
      this.inputs.set(input, row * input.length);
      this.targets.set(target, row * target.length);
    }
  }
}
