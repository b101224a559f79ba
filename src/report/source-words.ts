import { fewBitName } from '../quantisation/trained/few-bit-record.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';

/** What the network without neurons is called: of a fine-tuned network it is not what that was tuned from, nor of one in few bits what had all of them. */
export function sourceWords({
  fineTuning,
  fewBits,
  steps,
}: Pick<EvaluationResult, 'fineTuning' | 'fewBits' | 'steps'>): string {
  if (fineTuning) return 'tuned network without neurons';
  if (fewBits && steps.length > 0) return 'network without neurons and rounding';
  return fewBits ? `network in few bits (${fewBitName(fewBits)})` : 'source network';
}
