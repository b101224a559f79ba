import type { EvaluationResult } from '../results/evaluation-result.ts';

/** What is to be known of samples that were a stream; nothing where each was by itself. */
export function describeStream({
  stream,
  images,
}: Pick<EvaluationResult, 'stream' | 'images'>): string | undefined {
  if (stream === null) return undefined;
  return `one stream of ${images.toLocaleString('en')} samples in the order of the data: the neurons went on from each to the next, averages began anew with each`;
}
