import { describe, expect, it } from 'vitest';
import { cnnImages, residualCnn } from '../../test/conformance/residual-cnn.fixture.ts';
import { convert } from '../conversion/convert.ts';
import { methodNamed } from '../methods/methods.ts';
import { conversionErrors, measureConversionErrors, type SiteOutcome } from './conversion-errors.ts';

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

it('says by site where the error of a rate-coded network comes from', async () => {
  const { model } = await convert(residualCnn(17), {
    method: methodNamed('rate'),
    preset: 'half-max',
    steps: 64,
    calibration: () => [cnnImages(32, 1)],
    batchSize: 32,
  });
  const few = await measureConversionErrors(model, cnnImages(8, 3), 4);
  const many = await measureConversionErrors(model, cnnImages(8, 3), 256);
  expect(many.map(({ site }) => site)).toEqual([
    'relu.out',
    'block.relu6.out',
    'block.relu.out',
    'last.relu.out',
  ]);
  // The first site reads the image: nothing is inherited, and constant input leaves nothing uneven.
  expect(many[0]!.inherited).toBeLessThan(1e-9);
  expect(many[0]!.unevenness).toBeLessThan(1e-4);
  // Half the largest activation cuts off at any T; more steps quantise finer.
  expect(many[0]!.clipping).toBeGreaterThan(0.001);
  expect(many[0]!.clipping).toBeCloseTo(few[0]!.clipping, 6);
  expect(many[0]!.quantisation).toBeLessThan(few[0]!.quantisation / 100);
  expect(many[3]!.inherited).toBeGreaterThan(0);
});
