import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { compareLogits } from './divergence.ts';
import { compareTokenRows } from './token-rows.ts';

describe('compareTokenRows', () => {
  it('finds the divergence, the best token and ln Σ exp of a row among others', () => {
    const random = new Random(3);
    const [own, reference] = [0, 1].map(() =>
      Float32Array.from({ length: 21 }, () => 9 * random.normal()),
    ) as [Float32Array, Float32Array];
    for (const from of [0, 7, 14]) {
      const { divergence, agrees, best, logSum } = compareTokenRows(own, reference, from, 7);
      const row = own.subarray(from, from + 7);
      const wanted = compareLogits(reference.subarray(from, from + 7), row, 0, 7);
      expect(divergence).toBeCloseTo(wanted.divergence, 6);
      expect(agrees).toBe(wanted.agreeing === 1);
      expect(best).toBe(row.indexOf(Math.max(...row)));
      expect(logSum).toBeCloseTo(Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)), 6);
    }
  });

  it('bears scores that no exponential holds, and finds a row like itself', () => {
    const row = Float32Array.of(2000, 1999, -2000);
    expect(compareTokenRows(row, row, 0, 3)).toMatchObject({ divergence: 0, agrees: true, best: 0 });
    expect(compareTokenRows(row, row, 0, 3).logSum).toBeCloseTo(2000 + Math.log1p(Math.exp(-1)), 9);
  });
});
