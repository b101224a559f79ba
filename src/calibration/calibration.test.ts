import { describe, expect, it } from 'vitest';
import { ladderThresholds } from '../dynamics/ladder.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { fc } from '../properties.fixture.ts';
import { ActivationHistogram } from './activation-histogram.ts';
import { fitThresholds } from './fit-thresholds.ts';
import { kthSmallest } from './kth-smallest.ts';
import { QuantileObserver } from './quantile-observer.ts';

const floats = fc.float32Array({ minLength: 1, maxLength: 300, noNaN: true });

describe('kthSmallest', () => {
  it('finds what sorting finds', () => {
    fc.assert(
      fc.property(floats, fc.nat(), (values, seed) => {
        const k = (seed % values.length) + 1;
        // The two zeros are one number, whose order among themselves nobody asks for.
        expect(kthSmallest(Float32Array.from(values), k) === Float32Array.from(values).sort()[k - 1]).toBe(
          true,
        );
      }),
    );
  });
});

describe('QuantileObserver', () => {
  it('averages the k-th smallest value over batches, k = ⌊p·numel⌋ from 1', () => {
    const observer = new QuantileObserver([0.99, 0.01]);
    observer.observe(Float32Array.from({ length: 100 }, (_, i) => i + 1));
    observer.observe(Float32Array.from({ length: 200 }, (_, i) => i + 1));
    expect(observer.quantiles()).toEqual([(99 + 198) / 2, (1 + 2) / 2]);
  });

  it('leaves the activations as they are', () => {
    const values = Float32Array.of(3, 1, 2);
    new QuantileObserver([0.5]).observe(values);
    expect([...values]).toEqual([3, 1, 2]);
  });

  it('asks for data when there was none', () => {
    expect(() => new QuantileObserver([0.5]).quantiles()).toThrow(
      'calibration: expected at least one batch, got none. Give calibration data.',
    );
  });
});

describe('ActivationHistogram', () => {
  it('keeps the number and the sum of the activations, whatever the batches', () => {
    fc.assert(
      fc.property(fc.array(floats, { minLength: 1, maxLength: 5 }), (batches) => {
        const histogram = new ActivationHistogram();
        for (const batch of batches) histogram.observe(batch);
        const bins = histogram.values();
        const count = bins.reduce((sum, bin) => sum + bin.count, 0);
        expect(count).toBe(batches.reduce((sum, batch) => sum + batch.length, 0));
      }),
    );
  });

  it('has bins no wider than 1.6 %', () => {
    const histogram = new ActivationHistogram();
    const values = Float32Array.from({ length: 5000 }, (_, i) => Math.exp(i / 300 - 8) * (i % 2 ? 1 : -1));
    histogram.observe(values);
    for (const value of values) {
      const nearest = histogram
        .values()
        .reduce((best, bin) => Math.min(best, Math.abs(bin.value / value - 1)), 1);
      expect(nearest).toBeLessThan(0.016);
      if (value > 1) break;
    }
  });
});

describe('fitThresholds', () => {
  const attributes = multiThreshold.attributes.parse({});
  const valuesOf = (numbers: readonly number[]) => numbers.map((value) => ({ value, count: 1 }));

  function errorOf(numbers: readonly number[], positive: number, negative: number, steps: number): number {
    const parameters = ladderThresholds(positive, negative);
    return numbers.reduce((sum, value) => {
      const state = { emitted: 0 };
      for (let t = 1; t <= steps; t++) multiThreshold.step({ mean: value, t }, state, parameters, attributes);
      return sum + (state.emitted / steps - value) ** 2;
    }, 0);
  }

  it('finds thresholds without error for activations on a ladder', () => {
    const fit = fitThresholds(valuesOf([0.3, 0.6, 1.2, -0.5, -2]), multiThreshold, attributes, 1);
    expect(fit.relativeError).toBeLessThan(1e-3);
  });

  it('is no worse than any pair of thresholds on a fine grid', () => {
    const numbers = Array.from({ length: 400 }, (_, i) => 3 * Math.sin(i) ** 3 + (i % 7 === 0 ? 4 : 0));
    const power = numbers.reduce((sum, value) => sum + value ** 2, 0);
    const fit = fitThresholds(valuesOf(numbers), multiThreshold, attributes, 2);
    for (let p = 0.01; p < 2; p *= 1.07) {
      for (let n = 0.01; n < 2; n *= 1.07) {
        expect(fit.relativeError).toBeLessThanOrEqual((1.1 * errorOf(numbers, p, n, 2)) / power);
      }
    }
  });

  it('gives usable thresholds to a site that is always silent', () => {
    const fit = fitThresholds(valuesOf([0, 0]), multiThreshold, attributes, 2);
    expect(fit).toEqual({ positive: 1, negative: 1, relativeError: 0 });
  });
});
