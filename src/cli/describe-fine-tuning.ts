import type { FineTuningRecord } from '../conversion/conversion-record.ts';

/** What source, converted and tuned network reached when a network was fine-tuned, for the foot of its results: a line each. */
export function describeFineTuning(record: FineTuningRecord | undefined): string[] {
  if (!record) return [];
  const { method, steps, epochs, samples, data, measure } = record;
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const [source, converted, tuned] = [record.sourceAccuracy, record.convertedAccuracy, record.tunedAccuracy];
  const reached = `converted ${percent(converted)}, tuned ${percent(tuned)}`;
  return [
    `fine-tuned by ${method} at T = ${steps}, ${epochs} × ${samples} pictures of '${data}'; source above: the tuned weights without neurons`,
    measure === 'accuracy'
      ? `accuracy when it was tuned: original source ${percent(source)}, ${reached}`
      : `agreement with the original source when it was tuned: ${reached}`,
  ];
}
