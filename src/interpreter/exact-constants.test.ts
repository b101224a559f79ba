import { describe, expect, it } from 'vitest';
import { exactConstant } from './exact-constants.ts';

describe('exactConstant', () => {
  it('finds the square root that a float32 was rounded from', () => {
    expect(exactConstant(Math.fround(Math.SQRT2))).toBe(Math.SQRT2);
    expect(exactConstant(Math.fround(-Math.SQRT1_2))).toBeCloseTo(-Math.SQRT1_2, 15);
    expect(exactConstant(Math.fround(1 / Math.sqrt(48)))).toBeCloseTo(1 / Math.sqrt(48), 15);
  });

  it('finds the decimal that a float32 was rounded from', () => {
    expect(exactConstant(Math.fround(1e-6))).toBe(1e-6);
    expect(exactConstant(Math.fround(0.1))).toBe(0.1);
  });

  it('leaves integers, dyadic numbers and infinities alone', () => {
    for (const value of [0, 1, -2, 0.25, 1.5, Number.POSITIVE_INFINITY])
      expect(exactConstant(value)).toBe(value);
  });

  it('always answers with a number that rounds to the given one', () => {
    for (let i = 1; i < 2000; i++) {
      const value = Math.fround(Math.sin(i) * 10 ** ((i % 13) - 6));
      expect(Math.fround(exactConstant(value))).toBe(value);
    }
  });
});
