import { expect, test } from 'vitest';
import { fc } from '../properties.fixture.ts';
import { erf } from './error-function.ts';

test.each([
  [0.0009765625, 0.0011019324300718147],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [1.9375, 0.9938568063952132],
  [2, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [3, 0.9999779095030014],
  [4.25, 0.9999999981494259],
])('erf(%f) is exact to 4e-16', (x, expected) => {
  expect(Math.abs(erf(x) / expected - 1)).toBeLessThan(4e-16);
});

test('erf is odd, grows, and stays between −1 and 1', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      expect(erf(-a)).toBe(-erf(a));
      expect(Math.abs(erf(a))).toBeLessThanOrEqual(1);
      if (a < b) expect(erf(a)).toBeLessThanOrEqual(erf(b) * (1 + Math.sign(b) * 1e-15));
    }),
  );
});

test('erf keeps zeros, infinities and NaN', () => {
  expect(erf(-0)).toBe(-0);
  expect(erf(Number.POSITIVE_INFINITY)).toBe(1);
  expect(erf(Number.NEGATIVE_INFINITY)).toBe(-1);
  expect(erf(Number.NaN)).toBeNaN();
});
