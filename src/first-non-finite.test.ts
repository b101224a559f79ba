import { expect, test } from 'vitest';
import { firstNonFinite } from './first-non-finite.ts';

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('finds %d', (bad) => {
  expect(firstNonFinite(Float32Array.of(0, 3e38, bad, 1, bad))).toBe(2);
  expect(firstNonFinite(Float64Array.of(bad))).toBe(0);
});

test('finds nothing among finite numbers, or among none', () => {
  expect(firstNonFinite(Float64Array.of(-1e308, 5e-324, 0))).toBe(-1);
  expect(firstNonFinite(new Float32Array())).toBe(-1);
});
