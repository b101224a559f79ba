import type { EvaluationResult } from '../results/evaluation-result.ts';

/** How a network was fine-tuned, and where the marked rows of its table come from: for the foot of it, a line each. */
export function describeFineTuning({ fineTuning }: Pick<EvaluationResult, 'fineTuning'>): string[] {
  if (!fineTuning) return [];
  const { method, steps, epochs, samples, data, measure, testSamples, tunedAccuracy } = fineTuning;
  const on = testSamples === undefined ? '' : ` on ${testSamples} test pictures`;
  const tuned = `${(100 * tunedAccuracy).toFixed(1)} % tuned`;
  return [
    `fine-tuned by ${method} at T = ${steps}, ${epochs} × ${samples} pictures of '${data}'; no neurons: the tuned weights alone`,
    measure === 'accuracy'
      ? `* measured when it was tuned${on} (${tuned})`
      : `* agreement with the source network, measured when it was tuned${on} (${tuned}); above: with the tuned weights`,
  ];
}
