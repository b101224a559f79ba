import { expect, it } from 'vitest';
import { sameShape, sizeOf } from './shape.ts';

it('counts the elements of a shape; a scalar has one, and an empty axis leaves none', () => {
  expect([[2, 3, 4], [], [5], [2, 0, 3]].map(sizeOf)).toEqual([24, 1, 5, 0]);
});

it('compares shapes in rank and lengths', () => {
  expect(sameShape([2, 3], [2, 3])).toBe(true);
  expect(sameShape([2, 3], [3, 2])).toBe(false);
  expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
});
