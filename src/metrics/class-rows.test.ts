import { describe, expect, it } from 'vitest';
import { classRows } from './class-rows.ts';

const numbers = (shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
});

describe('classRows', () => {
  it.each([
    { shape: [4, 10], leading: 1, rows: [4, 10] },
    { shape: [4, 10, 1, 1], leading: 1, rows: [4, 10] },
    { shape: [4, 1, 10], leading: 1, rows: [4, 10] },
    { shape: [3, 4, 10, 1, 1], leading: 2, rows: [12, 10] },
    { shape: [3, 4, 10], leading: 2, rows: [12, 10] },
  ] as const)('takes $shape with $leading leading axes as $rows', ({ shape, leading, rows }) => {
    const output = numbers([...shape]);
    expect(classRows(output, leading)).toEqual({ shape: rows, data: output.data });
  });

  it.each([
    { shape: [4], leading: 1, got: '[N], one number an image' },
    { shape: [4, 1], leading: 1, got: '[N,1], one number an image' },
    { shape: [4, 5, 8, 8], leading: 1, got: '[N,5,8,8], scores at several places of an image' },
    { shape: [3, 4, 12, 61], leading: 2, got: '[N,12,61], scores at several places of an image' },
  ] as const)('refuses $shape with $leading leading axes', ({ shape, leading, got }) => {
    expect(() => classRows(numbers([...shape]), leading)).toThrow(
      `output of the network: expected scores of classes, [N, classes], for accuracy and agreement to be measured, got ${got}.`,
    );
  });
});
