import { describe, expect, it } from 'vitest';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { chargeAligned } from './charge-aligned.ts';

/** Spike counts after each of eight steps of a constant mean; θ = 1/2. */
function countsOf(mean: number, attributes: { bounded?: boolean; extraSpikes?: number }): number[] {
  const counts: number[] = [];
  const means = new Float64Array(8).fill(mean);
  const parameters = { threshold: 0.5, kappa: 0.5 };
  runNeuron(
    chargeAligned,
    chargeAligned.attributes.parse(attributes),
    parameters,
    means,
    (_, __, decoded) => {
      counts.push((decoded * (counts.length + 1)) / 0.5);
    },
  );
  return counts;
}

describe('chargeAligned', () => {
  it('counts at most one spike a step, so many more as it is given, or without end', () => {
    // 1.3 thresholds a step: ⌊1.3·t + ½⌋.
    expect(countsOf(0.65, {})).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(countsOf(0.65, { extraSpikes: 1 })).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
    expect(countsOf(0.65, { extraSpikes: 2 })).toEqual([1, 3, 4, 5, 7, 8, 9, 10]);
    expect(countsOf(0.65, { bounded: false })).toEqual([1, 3, 4, 5, 7, 8, 9, 10]);
    expect(countsOf(1, { extraSpikes: 2 })).toEqual([2, 4, 5, 6, 7, 8, 9, 10]);
    expect(countsOf(-1, { extraSpikes: 2 })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
