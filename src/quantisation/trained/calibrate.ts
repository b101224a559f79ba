import { ActivationHistogram } from '../../calibration/activation-histogram.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import { fitQuantiser } from '../../quantisers/quantiser.ts';
import { exposeValues } from '../../sessions/expose-values.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { type ChannelStatistics, plainProducts } from './normalise-products.ts';

/** Inputs of a network, float32 [N, …], batch by batch. */
export type CalibrationInputs = () => AsyncIterable<FloatTensor>;

/**
 * The largest activation of each ReLU that levels of so many bits reach with the smallest squared error, by the ReLU's name.
 *
 * @param bits of the levels of all copies together
 */
export async function calibrateBounds(
  model: Model,
  bits: number,
  batches: CalibrationInputs,
): Promise<Map<string, number>> {
  const relus = model.graph.nodes.filter(({ opType }) => opType === 'Relu');
  const histograms = new Map(relus.map(({ outputs }) => [outputs[0] ?? '', new ActivationHistogram()]));
  await watch(model, [...histograms.keys()], batches, (name, { data }) => {
    histograms.get(name)?.observe(data as Float32Array);
  });
  return new Map(
    relus.map(({ name, outputs }) => {
      const { scale } = fitQuantiser(histograms.get(outputs[0] ?? '')?.values() ?? [], bits);
      return [name, scale * (2 ** bits - 1)] as const;
    }),
  );
}

/** Mean and variance by channel of all products that no batch normalisation reads, by value. */
export async function calibrateStatistics(
  model: Model,
  batches: CalibrationInputs,
): Promise<Map<string, ChannelStatistics>> {
  const products = plainProducts(model);
  const sums = new Map(products.map(({ value, channels }) => [value, new ChannelSums(channels)]));
  if (sums.size > 0) await watch(model, [...sums.keys()], batches, (name, each) => sums.get(name)?.add(each));
  return new Map([...sums].map(([value, sum]) => [value, sum.statistics()]));
}

/** Runs a network and shows the values that were asked for. */
async function watch(
  model: Model,
  names: readonly string[],
  batches: CalibrationInputs,
  show: (name: string, value: FloatTensor) => void,
): Promise<void> {
  const session = await OrtSession.create(exposeValues(model, names, false));
  try {
    for await (const batch of batches()) {
      const values = await session.run(batch);
      for (const name of names) show(name, lookUp(values, name, 'output'));
    }
  } finally {
    await session.release();
  }
}

/** Sums and sums of squares over all but axis 1. */
class ChannelSums {
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(channels: number) {
    this.#sums = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
  }

  add({ data, shape }: FloatTensor): void {
    const inner = sizeOf(shape.slice(2));
    const channels = this.#sums.length;
    for (const [i, value] of data.entries()) {
      const channel = Math.floor(i / inner) % channels;
      this.#sums[channel] = (this.#sums[channel] ?? 0) + value;
      this.#squares[channel] = (this.#squares[channel] ?? 0) + value * value;
    }
    this.#count += data.length / channels;
  }

  statistics(): ChannelStatistics {
    const mean = Float32Array.from(this.#sums, (sum) => sum / this.#count);
    const variance = Float32Array.from(this.#squares, (square, i) =>
      Math.max(square / this.#count - (mean[i] ?? 0) ** 2, 0),
    );
    return { mean, variance };
  }
}
