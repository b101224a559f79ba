import type { Batch } from '../data/load-batch.ts';
import { diagnoseNetwork } from '../diagnosis/diagnose-network.ts';
import { measureConversionErrors } from '../diagnosis/measure-conversion-errors.ts';
import { sliceImages } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import type { Diagnosis, SiteConversionErrors } from '../results/diagnosis-result.ts';
import type { RunTraces } from '../results/traces.ts';

/** Images times steps in which causes are told apart: all values of all steps are in memory at once. */
const mostRows = 64;

/** Largest number of images that are looked at. */
const mostImages = 4;

/** What a closer look at a few images shows. */
export interface CloserLook {
  /** Causes of the error of rate-coded sites; empty for other neurons. */
  readonly conversionErrors: readonly SiteConversionErrors[];
  /** Which site loses what. */
  readonly diagnosis: Diagnosis;
  /** Spikes and values for the figures of a report. */
  readonly traces: RunTraces;
}

/**
 * Looks at every site of a spiking network on up to four images.
 *
 * @param batches images; only the first batch is read
 * @returns undefined if there are no images
 */
export async function diagnose(
  model: Model,
  steps: number,
  batches: () => AsyncIterable<Batch>,
  threads: number,
): Promise<CloserLook | undefined> {
  for await (const batch of batches()) {
    const { diagnosis, traces } = await diagnoseNetwork(model, sliceImages(batch, 0, mostImages), steps, {
      threads,
    });
    const rows = Math.min(mostImages, Math.max(1, Math.floor(mostRows / steps)));
    return {
      conversionErrors: await measureConversionErrors(model, sliceImages(batch, 0, rows), steps),
      diagnosis,
      traces: { image: batch.ids[0]!, ...traces },
    };
  }
  return undefined;
}
