import { expect, it } from 'vitest';
import { fitRateThreshold } from './fit-rate-threshold.ts';

it('finds the threshold whose steps are the activations', () => {
  const values = [0.5, 1, 1.5, 2].map((value) => ({ value, count: 10 }));
  const { threshold, relativeError } = fitRateThreshold(values, 4);
  expect(threshold).toBe(2);
  expect(relativeError).toBe(0);
});

it('cuts rare large activations off where many small ones gain more', () => {
  const bulk = Array.from({ length: 100 }, (_, i) => ({ value: (i + 1) / 100, count: 1000 }));
  const { threshold } = fitRateThreshold([...bulk, { value: 10, count: 1 }], 4);
  expect(threshold).toBeGreaterThan(0.8);
  expect(threshold).toBeLessThan(1.5);
});

it('gives a site that never fires the smallest threshold', () => {
  expect(fitRateThreshold([{ value: -1, count: 3 }], 4)).toEqual({ threshold: 1e-6, relativeError: 0 });
});
