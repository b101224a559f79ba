import { createEvaluator, type Evaluator, type EvaluatorOptions } from './evaluator.ts';
import { createWorkerEvaluator } from './worker-evaluator.ts';

/**
 * Starts this many evaluators in threads of their own; 0 starts one in this thread.
 *
 * @throws RuntimeError if a network cannot be loaded; then none is left running
 */
export async function startEvaluators(
  workers: number,
  options: EvaluatorOptions,
  onWarning: (message: string) => void,
): Promise<Evaluator[]> {
  if (workers === 0) return [await createEvaluator(options)];
  const starting = Array.from({ length: workers }, () => createWorkerEvaluator(options, onWarning));
  const started = await Promise.allSettled(starting);
  const evaluators = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (!failed) return evaluators;
  await Promise.all(evaluators.map((evaluator) => evaluator.close()));
  throw failed.reason;
}
