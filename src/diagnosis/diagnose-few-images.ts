import type { Batch } from '../data/load-batch.ts';
import { isNamed, sliceSamples } from '../graph/input-batch.ts';
import type { Diagnosis, SiteConversionErrors } from '../results/diagnosis-result.ts';
import type { RunTraces } from '../results/traces.ts';
import type { ComparedNetwork } from '../sessions/compared-network.ts';
import { conversionErrorsOf } from './conversion-errors.ts';
import { diagnoseSites } from './diagnose-model.ts';
import type { ObserveNetworkOptions } from './observe-network.ts';
import { pictureOf } from './picture-of.ts';

/** Images times steps in which causes are told apart: all values of all steps are in memory at once. */
const mostRows = 64;

/** Largest number of images that are looked at. */
export const diagnosedImages = 4;

/** What a few images show. */
export interface FewImagesDiagnosis {
  /** Causes of the error of rate-coded sites; empty for other neurons. */
  readonly conversionErrors: readonly SiteConversionErrors[];
  /** Which site loses what; null without images. */
  readonly diagnosis: Diagnosis | null;
  /** Spikes and values for the figures of a report; absent without images. */
  readonly traces?: RunTraces;
}

/** Looks at every site of a spiking network on up to four images of a batch. @param batch absent where there are no images */
export async function diagnoseFewImages(
  network: ComparedNetwork,
  batch: Batch | undefined,
  options: ObserveNetworkOptions,
): Promise<FewImagesDiagnosis> {
  const image = batch?.ids[0];
  if (!batch || image === undefined) return { conversionErrors: [], diagnosis: null };
  const few = sliceSamples(batch, 0, diagnosedImages);
  const { diagnosis, traces } = await diagnoseSites(network, few, options);
  const picture = isNamed(batch) ? undefined : pictureOf(batch);
  const rows = Math.min(diagnosedImages, Math.max(1, Math.floor(mostRows / network.steps)));
  return {
    conversionErrors: await conversionErrorsOf(network, sliceSamples(batch, 0, rows), options),
    diagnosis,
    traces: { image, ...(picture && { picture }), ...traces },
  };
}
