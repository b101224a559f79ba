import { describe, expect, it } from 'vitest';
import { conversionErrors, type SiteOutcome } from './conversion-errors.ts';

const site: SiteOutcome = {
  source: [0.5],
  mean: [0.5],
  decoded: [0.5],
  thresholds: [1],
  initialPotentials: [0.5],
  steps: 4,
  activation: { kind: 'relu' },
};

describe('conversionErrors', () => {
  it('finds no error where there is none', () => {
    expect(conversionErrors(site)).toEqual({
      power: 0.25,
      clipping: 0,
      quantisation: 0,
      unevenness: 0,
      inherited: 0,
      total: 0,
      saturated: 0,
      silent: 0,
    });
  });

  it('tells clipping, quantisation, unevenness and inherited error apart', () => {
    const clipped = conversionErrors({ ...site, source: [2], mean: [2], decoded: [1] });
    expect(clipped).toMatchObject({
      clipping: 0.25,
      total: 0.25,
      quantisation: 0,
      unevenness: 0,
      saturated: 1,
    });
    const quantised = conversionErrors({ ...site, source: [0.6], mean: [0.6], decoded: [0.5] });
    expect(quantised.quantisation).toBeCloseTo(0.01 / 0.36, 12);
    expect(quantised.unevenness).toBe(0);
    const uneven = conversionErrors({ ...site, decoded: [0.75] });
    expect(uneven.unevenness).toBeCloseTo(0.25, 12);
    const inherited = conversionErrors({ ...site, mean: [0.25], decoded: [0.25] });
    expect(inherited).toMatchObject({ inherited: 0.25, total: 0.25, unevenness: 0 });
  });

  it('counts neurons that never fire', () => {
    const { silent, power } = conversionErrors({ ...site, source: [-1], mean: [-1], decoded: [0] });
    expect([silent, power]).toEqual([1, 0]);
  });
});
