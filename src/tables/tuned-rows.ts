import { wilsonInterval } from '../metrics/wilson-interval.ts';
import { fewBitName } from '../quantisation/trained/few-bit-record.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Cell } from './table.ts';

/** Name of the row of the network without neurons: of a fine-tuned network, it has the tuned weights. */
export function sourceName({ fineTuning, fewBits, steps }: EvaluationResult): string {
  // Neurons round, so that a network in few bits without them is none any more.
  if (fineTuning || (fewBits && steps.length > 0)) return 'no neurons';
  return fewBits ? fewBitName(fewBits) : 'source';
}

/**
 * The source network and the converted one of a fine-tuned network, as they were measured when it was tuned: name, then cells of the measured columns
 * of a network that tells classes; of one in few bits the network with all of them, and that in few bits where it spikes now, as they were measured when it was trained. None for others.
 */
export function tunedRows({ fineTuning, fewBits, task, steps }: EvaluationResult): Cell[][] {
  if (task) return [];
  if (fewBits && !fineTuning) {
    const { sourceAccuracy, quantisedAccuracy, testSamples } = fewBits;
    const row = (name: string, share: number): Cell[] => {
      return [name, share, wilsonInterval(share * testSamples, testSamples), null, null, null];
    };
    const own = steps.length > 0 ? [row(`${fewBitName(fewBits)}*`, quantisedAccuracy)] : [];
    return [row('full precision*', sourceAccuracy), ...own];
  }
  if (!fineTuning) return [];
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
