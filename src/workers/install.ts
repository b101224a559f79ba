/** Makes all of the core run in Node, evaluations in threads included. Programs import this first. */
import '../native/install.ts';
import { installEvaluatorThreads } from '../evaluation/run/start-evaluators.ts';

installEvaluatorThreads(async (options, onWarning) => {
  const { createWorkerEvaluator } = await import('./worker-evaluator.ts');
  return createWorkerEvaluator(options, onWarning);
});
