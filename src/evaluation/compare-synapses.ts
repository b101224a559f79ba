import type { Batch } from '../data/load-batch.ts';
import { planRun } from '../engines/plan-run.ts';
import { integerSynapseUse } from '../engines/segmented/integer-synapse-use.ts';
import type { Model } from '../graph/model.ts';
import type { Prediction } from '../metrics/step-metrics.ts';
import type { SynapseResult } from '../results/synapse-result.ts';
import { drainBatches } from './drain-batches.ts';
import type { EvaluatorOptions } from './evaluator.ts';
import { splitBatch } from './split-batch.ts';
import { startEvaluators } from './start-evaluators.ts';
import { synapseResult } from './synapse-result.ts';

/** Images that are evaluated on both kinds of synapses, at most. */
const mostImages = 64;

/** How to compare. */
export interface CompareSynapsesOptions extends Omit<EvaluatorOptions, 'synapses' | 'quantisation'> {
  readonly model: Model;
  readonly steps: number;
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  readonly onWarning: (message: string) => void;
}

/**
 * Says what 8-bit synapses cost: evaluates the first images of a run, at most 64, once more on float32 synapses.
 *
 * @param predictions of the run on 8-bit synapses
 * @param batches the images of the run, from the first one on
 */
export async function compareSynapses(
  predictions: readonly Prediction[],
  batches: AsyncIterable<Batch>,
  { workers, signal, onWarning, ...options }: CompareSynapsesOptions,
): Promise<SynapseResult> {
  const evaluators = await startEvaluators(workers, { ...options, synapses: 'float32' }, onWarning);
  const float32 = new Map<string, Prediction['steps']>();
  try {
    await drainBatches(firstImages(batches), evaluators, {
      onOutcome: async ({ ids }, { steps }) => {
        for (const [i, id] of ids.entries()) float32.set(id, steps[i]!);
      },
      onWarning,
      signal,
    });
  } finally {
    await Promise.all(evaluators.map((evaluator) => evaluator.close()));
  }
  const use = integerSynapseUse(planRun(options.model, { steps: options.steps }));
  return synapseResult(use, predictions, float32);
}

async function* firstImages(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  let left = mostImages;
  for await (const batch of batches) {
    const [first] = splitBatch(batch, left);
    yield first!;
    left -= first!.ids.length;
    if (left === 0) return;
  }
}
