import { wilsonInterval } from '../metrics/wilson-interval.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Cell } from './table.ts';

/** Name of the row of the network without neurons: of a fine-tuned network, it has the tuned weights. */
export function sourceName({ fineTuning }: EvaluationResult): string {
  return fineTuning ? 'no neurons' : 'source';
}

/**
 * The source network and the converted one of a fine-tuned network, as they were measured when it was tuned: name, then cells of the measured columns
 * of a network that tells classes. None for others.
 */
export function tunedRows({ fineTuning, task }: EvaluationResult): Cell[][] {
  if (!fineTuning || task) return [];
  const { measure, sourceAccuracy, convertedAccuracy, testSamples } = fineTuning;
  const cells = (share: number): Cell[] => {
    const interval = testSamples === undefined ? null : wilsonInterval(share * testSamples, testSamples);
    const [accuracy, agreement] = [
      [share, interval],
      [null, null],
    ];
    return measure === 'accuracy' ? [...accuracy, null, ...agreement] : [...agreement, null, ...accuracy];
  };
  return [
    ...(measure === 'accuracy' ? [['source*', ...cells(sourceAccuracy)]] : []),
    ['converted*', ...cells(convertedAccuracy)],
  ];
}
