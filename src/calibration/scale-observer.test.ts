import { describe, expect, it } from 'vitest';
import { linearQuantile } from './linear-quantile.ts';
import { ScaleObserver } from './scale-observer.ts';

const relu = { kind: 'relu' } as const;

describe('linearQuantile', () => {
  it('interpolates between neighbouring order statistics', () => {
    const values = () => Float32Array.of(4, 1, 3, 2, 5);
    expect(linearQuantile(values(), 0)).toBe(1);
    expect(linearQuantile(values(), 0.5)).toBe(3);
    expect(linearQuantile(values(), 0.9)).toBeCloseTo(4.6, 12);
    expect(linearQuantile(values(), 1)).toBe(5);
  });
});

describe('ScaleObserver', () => {
  it('averages the scales of batches with weight 0.9 for the past', () => {
    const observer = new ScaleObserver({ quantile: 1, factor: 0.5 }, relu);
    observer.observe(Float32Array.of(-9, 2, 4), [3, 1]);
    observer.observe(Float32Array.of(6, 2, 8), [3, 1]);
    observer.observe(Float32Array.of(0, 0, 0), [3, 1]);
    const { shape, values } = observer.scales();
    expect(shape).toEqual([]);
    expect(values[0]).toBeCloseTo(0.9 * (0.9 * 2 + 0.1 * 4) + 0.1 * 1e-6, 12);
  });

  it('gives each channel a scale of its own, and a silent one the smallest', () => {
    const observer = new ScaleObserver({ quantile: 1, perChannel: true }, relu);
    observer.observe(Float32Array.of(1, 2, -1, -2, 3, 4, -3, -4), [2, 2, 2, 1]);
    const { shape, values } = observer.scales();
    expect(shape).toEqual([2, 1, 1]);
    expect([...values]).toEqual([4, 1e-6]);
  });

  it('says that it has seen nothing', () => {
    expect(() => new ScaleObserver({ quantile: 1 }, relu).scales()).toThrow(
      'calibration: expected at least one batch, got none. Give calibration data.',
    );
  });
});
