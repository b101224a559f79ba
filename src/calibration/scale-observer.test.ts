import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
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
  it('takes one quantile over all images, however they are batched and ordered', () => {
    const random = new Random(3);
    const values = Float32Array.from({ length: 60_000 }, () => random.normal());
    const backwards = values.toReversed();
    const scaleOf = (numbers: Float32Array, images: number, perChannel: boolean) => {
      const observer = new ScaleObserver({ quantile: 0.999, factor: 0.5, perChannel }, relu);
      const size = images * 100;
      for (let from = 0; from < numbers.length; from += size)
        observer.observe(numbers.subarray(from, from + size), [images, 4, 25]);
      return [...observer.scales().values];
    };
    const whole =
      0.5 *
      linearQuantile(
        values.map((value) => Math.max(value, 0)),
        0.999,
      );
    for (const images of [1, 8, 600]) {
      expect(scaleOf(values, images, false)[0]).toBeCloseTo(whole, 12);
      expect(scaleOf(backwards, images, false)[0]).toBeCloseTo(whole, 12);
      expect(scaleOf(values, images, true)).toEqual(scaleOf(values, 600, true));
    }
  });

  it('is the largest activation where that is what is asked for', () => {
    const observer = new ScaleObserver({ quantile: 1, factor: 0.5 }, relu);
    observer.observe(Float32Array.of(-9, 2, 4), [3, 1]);
    observer.observe(Float32Array.of(6, 2, 8), [3, 1]);
    observer.observe(Float32Array.of(0, 0, 0), [3, 1]);
    expect(observer.scales()).toEqual({ shape: [], values: Float64Array.of(4) });
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
