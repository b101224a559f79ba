import type { Batch } from '../../data/load-batch.ts';
import { planRun } from '../../engines/plan-run.ts';
import { integerSynapseUse } from '../../engines/segmented/integer-synapse-use.ts';
import type { Prediction } from '../../metrics/step-metrics.ts';
import type { SynapseResult } from '../../results/synapse-result.ts';
import type { SpikingNetwork } from '../../spiking/network-kind.ts';
import { summariseSynapses } from '../summary/summarise-synapses.ts';
import { type EvaluateBatchesOptions, evaluateBatches } from './evaluate-batches.ts';

/** Images that are evaluated on both kinds of synapses, at most. */
export const comparedImages = 64;

/** How to compare. */
export interface CompareSynapsesOptions
  extends Omit<EvaluateBatchesOptions, 'synapses' | 'quantised' | 'onOutcome' | 'onReady'> {
  readonly network: SpikingNetwork;
}

/**
 * Says what 8-bit synapses cost: evaluates the first images of a run once more, on float32 synapses, unless there are none on 8 bits.
 *
 * @param predictions of the run on 8-bit synapses
 * @param images the first images of the run
 */
export async function compareSynapses(
  predictions: readonly Prediction[],
  images: AsyncIterator<Batch>,
  options: CompareSynapsesOptions,
): Promise<SynapseResult> {
  const use = integerSynapseUse(planRun(options.network));
  const float32 = new Map<string, Prediction['steps']>();
  if (use.operators === 0) return summariseSynapses(use, predictions, float32);
  await evaluateBatches(images, {
    ...options,
    synapses: 'float32',
    onOutcome: async ({ ids }, { images }) => {
      for (const [i, { steps }] of images.entries()) float32.set(ids[i]!, steps);
    },
  });
  return summariseSynapses(use, predictions, float32);
}
