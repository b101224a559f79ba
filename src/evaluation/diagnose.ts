import { measureConversionErrors, type SiteErrors } from '../conversion/measure-conversion-errors.ts';
import type { Batch } from '../datasets/load-batch.ts';
import type { Model } from '../graph/model.ts';
import { sitesOf } from '../neurons/neuron-node.ts';

/** Images times steps that are looked at: all values of all steps are in memory at once. */
const mostRows = 64;

/** Largest number of images that are looked at. */
const mostImages = 8;

/**
 * Says for each site of rate-coded neurons how much of its error after T steps is clipping, quantisation or
 * unevenness, on a few images. Empty for a network without such neurons.
 *
 * @param batches images; only the first batch is read
 */
export async function diagnose(
  model: Model,
  steps: number,
  batches: () => AsyncIterable<Batch>,
): Promise<SiteErrors[]> {
  if (!sitesOf(model).some(({ parameters }) => parameters.threshold)) return [];
  for await (const { shape, data } of batches()) {
    const images = Math.min(shape[0]!, mostImages, Math.max(1, Math.floor(mostRows / steps)));
    const size = data.length / shape[0]!;
    const few = { shape: [images, ...shape.slice(1)], data: data.subarray(0, images * size) };
    return measureConversionErrors(model, few, steps);
  }
  return [];
}
