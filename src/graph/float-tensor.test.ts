import { describe, expect, it } from 'vitest';
import { concatenate, imageCount, imagesOf, rowsOf, sliceImages } from './float-tensor.ts';

const count = (length: number, from = 0) => Float32Array.from({ length }, (_, i) => from + i);
const batch = { shape: [4, 2, 3], data: count(24) };

describe('a batch [N, …]', () => {
  it('tells the number of its images', () => {
    expect(imageCount(batch)).toBe(4);
  });

  it('gives some of its images without copying, and stops at its end as a slice of an array does', () => {
    const some = sliceImages(batch, 1, 3);
    expect(some).toEqual({ shape: [2, 2, 3], data: count(12, 6) });
    expect(some.data.buffer).toBe(batch.data.buffer);
    expect(sliceImages(batch, 3, 9)).toEqual({ shape: [1, 2, 3], data: count(6, 18) });
    expect(sliceImages(batch, 2)).toEqual(sliceImages(batch, 2, 4));
  });

  it('gives each image as a batch of one', () => {
    expect(imagesOf(batch)).toEqual(
      [0, 6, 12, 18].map((from) => ({ shape: [1, 2, 3], data: count(6, from) })),
    );
  });

  it('gives an image without numbers its place', () => {
    expect(imagesOf({ shape: [2, 0], data: count(0) }).map(({ shape }) => shape)).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('can be posted to a thread', () => {
    expect(structuredClone(sliceImages(batch, 1, 2))).toEqual(sliceImages(batch, 1, 2));
  });
});

describe('rows', () => {
  it('run along the last axis', () => {
    expect(rowsOf(batch)).toEqual(Array.from({ length: 8 }, (_, row) => count(3, 3 * row)));
  });

  it('are one for a vector', () => {
    expect(rowsOf({ shape: [3], data: count(3) })).toEqual([count(3)]);
  });
});

describe('concatenating', () => {
  it('undoes slicing along the first axis', () => {
    expect(concatenate([sliceImages(batch, 0, 1), sliceImages(batch, 1)])).toEqual(batch);
  });

  it('puts images of every time-step side by side along the second axis', () => {
    const [one, two] = [
      { shape: [2, 1, 2], data: Float32Array.of(0, 1, 4, 5) },
      { shape: [2, 2, 2], data: Float32Array.of(10, 11, 12, 13, 14, 15, 16, 17) },
    ];
    expect(concatenate([one, two], 1)).toEqual({
      shape: [2, 3, 2],
      data: Float32Array.of(0, 1, 10, 11, 12, 13, 4, 5, 14, 15, 16, 17),
    });
  });

  it('keeps float64 numbers as they are', () => {
    const third = { shape: [1], data: Float64Array.of(1 / 3) };
    expect(concatenate([third, third]).data).toEqual(Float64Array.of(1 / 3, 1 / 3));
  });
});
