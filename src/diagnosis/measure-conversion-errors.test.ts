import { expect, it } from 'vitest';
import { cnnImages, residualCnn } from '../../test/conformance/residual-cnn.fixture.ts';
import { convert } from '../conversion/convert.ts';
import { methodNamed } from '../methods/methods.ts';
import { measureConversionErrors } from './measure-conversion-errors.ts';

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
