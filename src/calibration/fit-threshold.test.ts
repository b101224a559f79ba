import { describe, expect, it } from 'vitest';
import { sigmaDelta } from '../neurons/sigma-delta.ts';
import { stBif } from '../neurons/st-bif.ts';
import { fitThreshold } from './fit-threshold.ts';

/** Values that look like activations: many small ones, few large ones, of both signs. */
const values = Array.from({ length: 400 }, (_, i) => ({
  value: 3 * Math.sin(i) ** 5,
  count: 1 + (i % 3),
}));

const power = values.reduce((sum, { value, count }) => sum + count * value ** 2, 0);

describe('fitting one threshold', () => {
  it('finds the best uniform quantiser, as trying all thresholds does', () => {
    const units = 7;
    const errorAt = (threshold: number) =>
      values.reduce((sum, { value, count }) => {
        const level = Math.min(Math.floor(Math.abs(value) / threshold + 0.5), units);
        return sum + count * (Math.abs(value) - level * threshold) ** 2;
      }, 0) / power;
    const all = Array.from({ length: 4000 }, (_, i) => errorAt(0.001 * (i + 1)));
    const attributes = sigmaDelta.attributes.parse({ units });
    const { threshold, relativeError } = fitThreshold(values, sigmaDelta, attributes, 1);
    expect(relativeError).toBeCloseTo(errorAt(threshold), 12);
    expect(relativeError).toBeLessThan(1.03 * Math.min(...all));
  });

  it('takes a smaller threshold where more steps can tell more units', () => {
    const attributes = stBif.attributes.parse({});
    const [few, many] = [1, 8].map((steps) => fitThreshold(values, stBif, attributes, steps));
    expect(many!.threshold).toBeLessThan(few!.threshold / 2);
    expect(many!.relativeError).toBeLessThan(few!.relativeError);
  });

  it('leaves a site that is always 0 alone', () => {
    const attributes = stBif.attributes.parse({});
    const silent = [{ value: 0, count: 9 }];
    expect(fitThreshold(silent, stBif, attributes, 4)).toEqual({ threshold: 1, relativeError: 0 });
  });
});
