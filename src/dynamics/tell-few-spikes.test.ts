import { describe, expect, it } from 'vitest';
import { tellFewSpikes } from './tell-few-spikes.ts';

/** Closed form for thresholds, resets and worths α·2^−k: multiples of the last digit below x, at most 2^K − 1. */
function closedForm(x: number, alpha: number, steps: number): number {
  const digit = alpha / 2 ** steps;
  return x <= 0 ? 0 : digit * Math.min(Math.ceil(x / digit) - 1, 2 ** steps - 1);
}

describe('tellFewSpikes', () => {
  const binary = [2, 1, 0.5];
  const relu = { thresholds: binary, resets: binary, worths: binary };

  it('is ReLU in digits for a binary table, and cuts multiples of the last digit off where it is strict', () => {
    for (let x = -1; x <= 5; x += 0.125) {
      expect(tellFewSpikes(x, relu, true).sum).toBe(closedForm(x, 4, 3));
      expect(tellFewSpikes(x, relu, false).sum).toBe(Math.max(0, Math.min(Math.floor(2 * x), 7) / 2));
    }
  });

  it('takes thresholds, resets and worths from each their own row', () => {
    const table = { thresholds: [3, -1, 0.25], resets: [5, -2, 1], worths: [10, -7, 0.5] };
    expect(tellFewSpikes(4, table, true)).toEqual({ sum: 10, fired: [0] });
    expect(tellFewSpikes(4.5, table, true)).toEqual({ sum: 3.5, fired: [0, 1, 2] });
    expect(tellFewSpikes(-1, table, true)).toEqual({ sum: 0, fired: [] });
    expect(tellFewSpikes(-1, table, false)).toEqual({ sum: -6.5, fired: [1, 2] });
  });
});
