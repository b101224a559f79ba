import { describe, expect, it } from 'vitest';
import { classAndGridPositions, windowIndex, windowRows } from './relative-positions.ts';

describe('windowIndex', () => {
  it('gives every distance its row, the middle one to a token and itself', () => {
    const index = windowIndex([2, 3]);
    expect(windowRows([2, 3])).toBe(15);
    expect([index[0], index[7], index[35]]).toEqual([7, 7, 7]);
    // From the first token to the last one: one down and two right are behind it.
    expect(index[5]).toBe(0);
    expect(index[30]).toBe(14);
  });
});

describe('classAndGridPositions', () => {
  it('has three more rows for the class token', () => {
    const { rows, tokens, index } = classAndGridPositions([2, 2]);
    expect([rows, tokens]).toEqual([12, 5]);
    expect([...index.subarray(0, 5)]).toEqual([11, 9, 9, 9, 9]);
    expect([index[5], index[6], index[10]]).toEqual([10, 4, 10]);
  });
});
