import { UsageError } from '../../errors.ts';
import { createEvaluator, type Evaluator, type EvaluatorOptions } from './evaluator.ts';

/**
 * Starts an evaluator in a thread of its own.
 *
 * @param onWarning told when its thread died and was replaced
 */
export type StartEvaluatorThread = (
  options: EvaluatorOptions,
  onWarning: (message: string) => void,
) => Promise<Evaluator>;

let startThread: StartEvaluatorThread | undefined;

/** Says how evaluators get threads of their own. Importing the package in Node installs its worker threads. */
export function installEvaluatorThreads(start: StartEvaluatorThread): void {
  startThread = start;
}

/**
 * Starts this many evaluators in threads of their own; 0 starts one in this thread.
 *
 * @throws RuntimeError if a network cannot be loaded; then none is left running
 * @throws UsageError if there are no threads to be had
 */
export async function startEvaluators(
  workers: number,
  options: EvaluatorOptions,
  onWarning: (message: string) => void,
): Promise<Evaluator[]> {
  if (workers === 0) return [await createEvaluator(options)];
  const start = startThread ?? noThreads(workers);
  const starting = Array.from({ length: workers }, () => start(options, onWarning));
  const started = await Promise.allSettled(starting);
  const evaluators = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (!failed) return evaluators;
  await Promise.all(evaluators.map((evaluator) => evaluator.close()));
  throw failed.reason;
}

function noThreads(workers: number): never {
  throw new UsageError({
    where: 'evaluation',
    expected: '0 workers, since there are no threads',
    got: `${workers}`,
    remedy: "Import 'transpike', which brings threads, or leave workers at 0",
  });
}
