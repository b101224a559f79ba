import { linearQuantile } from '../../calibration/linear-quantile.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import { exposeValues } from '../../sessions/expose-values.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { augmentationSchema } from '../../training/data/augmentation.ts';
import { BatchLoader, type Normalisation } from '../../training/data/batch-loader.ts';
import type { TrainingData } from '../../training/data/training-data.ts';
import { tandemForm } from '../tandem/tandem-form.ts';

/** Largest number of samples that are looked at. */
const samples = 512;

/** What a quantile is taken of. */
export interface QuantileOptions {
  readonly steps: number;
  readonly batchSize: number;
  readonly quantile: number;
  readonly seed: number;
  readonly normalisation: Normalisation;
}

/** Quantile, linearly interpolated, of the activations of a layer on up to 512 samples, where all layers before it spike. */
export async function activationQuantile(
  spiking: Model,
  layer: number,
  data: TrainingData,
  { steps, batchSize, quantile, seed, normalisation }: QuantileOptions,
): Promise<number> {
  const { model, sites } = await tandemForm(spiking, { steps, batchSize, spikingLayers: layer });
  const { activation } = mustExist(sites[layer], 'a layer');
  const [input] = model.graph.inputs;
  const { name, shape } = mustExist(input, 'an input');
  const loader = new BatchLoader(data, batchSize, normalisation);
  const order = BatchLoader.order(data.size, seed, 0);
  const plain = { augmentation: augmentationSchema.parse({}), smoothing: 0, seed, epoch: 0 };
  const session = await OrtSession.create(exposeValues(model, [activation], false));
  try {
    const found: Float32Array[] = [];
    for (
      let first = 0;
      first + batchSize <= Math.min(data.size, Math.max(samples, batchSize));
      first += batchSize
    ) {
      await loader.loadTraining(order.subarray(first, first + batchSize), plain);
      const results = await session.run(
        new Map([[name, { shape: (shape ?? []).map(Number), data: loader.inputs }]]),
      );
      found.push(Float32Array.from(lookUp(results, activation, 'output').data));
    }
    const all = new Float32Array(found.reduce((size, { length }) => size + length, 0));
    let at = 0;
    for (const part of found) {
      all.set(part, at);
      at += part.length;
    }
    return linearQuantile(all, quantile);
  } finally {
    await session.release();
  }
}
