import type { EvaluationResult } from '../results/evaluation-result.ts';

/** What the network without neurons is called: of a fine-tuned network it is not what that was tuned from. */
export function sourceWords({ fineTuning }: EvaluationResult): string {
  return fineTuning ? 'tuned network without neurons' : 'source network';
}
