import type { Batch } from '../../data/load-batch.ts';
import { type DrainOptions, drainBatches } from './drain-batches.ts';
import type { EvaluatorOptions } from './evaluator.ts';
import { startEvaluators } from './start-evaluators.ts';

/** How batches are evaluated. */
export interface EvaluateBatchesOptions extends EvaluatorOptions, DrainOptions {
  /** Threads that evaluate; 0 for this one. */
  readonly workers: number;
  /** Told when all networks are loaded. */
  readonly onReady?: () => void;
}

/**
 * Evaluates batches with evaluators of their own, which end with them.
 *
 * @throws OutOfMemoryError if memory does not even do for one image; whatever evaluators and source throw
 */
export async function evaluateBatches(
  source: AsyncIterator<Batch>,
  { workers, onReady, onOutcome, onWarning, signal, ...options }: EvaluateBatchesOptions,
): Promise<void> {
  const evaluators = await startEvaluators(workers, options, onWarning);
  try {
    onReady?.();
    await drainBatches(source, evaluators, { onOutcome, onWarning, signal });
  } finally {
    await Promise.all(evaluators.map((evaluator) => evaluator.close()));
  }
}
