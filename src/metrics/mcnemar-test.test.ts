import { expect, it } from 'vitest';
import { mcnemarTest } from './mcnemar-test.ts';

it.each([
  // 2 · Σ C(n, k) / 2^n, by hand.
  [0, 0, 1],
  [1, 0, 1],
  [0, 5, 2 / 32],
  [0, 6, 2 / 64],
  [1, 7, (2 * (1 + 8)) / 256],
  [3, 9, (2 * (1 + 12 + 66 + 220)) / 4096],
  [4, 4, 1],
])('gives for %i and %i images the sum of the binomial', (first, second, p) => {
  expect(mcnemarTest(first, second)).toBeCloseTo(p, 14);
  expect(mcnemarTest(second, first)).toBe(mcnemarTest(first, second));
});

it('comes to the normal approximation with continuity for many images, without losing itself in small numbers', () => {
  // z = (|900 − 1100| − 1) / √2000 = 4.4498; two-sided 8.597e-6.
  expect(mcnemarTest(900, 1100)).toBeCloseTo(8.6e-6, 6);
  expect(mcnemarTest(0, 3000)).toBeGreaterThanOrEqual(0);
  expect(mcnemarTest(5000, 5000)).toBe(1);
});
