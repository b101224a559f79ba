import { describe, expect, it } from 'vitest';
import { activate } from '../analysis/activation.ts';
import { fewSpikesTables } from '../dynamics/few-spikes-tables.ts';
import { type FewSpikesTable, fitFewSpikes } from './fit-few-spikes.ts';

const weight = (x: number) => Math.exp((-x * x) / 8) + 0.02;
const task = { target: (x: number) => x, from: 0, to: 1, weight: () => 1, steps: 4, seed: 7 } as const;

/** Σ d_k·z_k, as the paper has it. */
function tell({ thresholds, resets, worths }: FewSpikesTable, x: number): number {
  let [v, sum] = [x, 0];
  for (const [k, threshold] of thresholds.entries()) {
    if (v < threshold) continue;
    v -= resets[k]!;
    sum += worths[k]!;
  }
  return sum;
}

describe('fitting a few-spikes code', () => {
  it('starts from the binary code, whose worths for the identity are its digits and half of the last one', () => {
    const { worths, error } = fitFewSpikes({ ...task, trials: 0 });
    for (const [k, worth] of worths.entries()) expect(worth).toBeCloseTo(2 ** -(k + 1), 1);
    // A uniform argument in cells of 1/16: at best a quarter of the cell's square over 3.
    expect(error).toBeLessThan((1 / 16) ** 2 / 3);
  });

  it('improves with trials, gives the same code for the same seed, and tells the error that the code has', () => {
    const [few, more] = [300, 3000].map((trials) => fitFewSpikes({ ...task, target: Math.sqrt, trials }));
    expect(more!.error).toBeLessThan(few!.error);
    expect(fitFewSpikes({ ...task, target: Math.sqrt, trials: 300 })).toEqual(few);
    const xs = Array.from({ length: 801 }, (_, i) => i / 800);
    const squares = xs.map((x) => (tell(more!, x) - Math.sqrt(x)) ** 2);
    expect(squares.reduce((a, b) => a + b) / xs.length).toBeCloseTo(more!.error, 5);
  });

  it('spends fewer spikes where they have a price', () => {
    const free = fitFewSpikes({ ...task, trials: 3000 });
    const dear = fitFewSpikes({ ...task, trials: 3000, price: 0.01 });
    expect(dear.spikes).toBeLessThan(free.spikes);
  });

  it.each([
    ['gelu-12', 0.027],
    ['silu-12', 0.038],
    ['sigmoid-12', 0.013],
  ] as const)('made code %s, whose root mean square error is %f', (name, most) => {
    const code = fewSpikesTables[name];
    let [squares, total] = [0, 0];
    for (let x = -8; x <= 12; x += 0.01) {
      squares += weight(x) * (tell(code, x) - activate({ kind: code.activation }, x)) ** 2;
      total += weight(x);
    }
    expect(Math.sqrt(squares / total)).toBeLessThan(most);
  });
});
