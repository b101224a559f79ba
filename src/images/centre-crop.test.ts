import { expect, test } from 'vitest';
import { centreCrop } from './centre-crop.ts';
import { greyImage } from './rgb-image.ts';

/** One row of grey levels. */
const row = (...levels: number[]) => greyImage(levels.length, 1, Uint8Array.from(levels));
const cropRow = (levels: number[], width: number) =>
  [...centreCrop(row(...levels), width, 1).data].filter((_, i) => i % 3 === 0);

test('centreCrop rounds half an offset to the even number', () => {
  // Offsets 0.5, 1.5 and 2.5 become 0, 2 and 2.
  expect(cropRow([1, 2, 3, 4], 3)).toEqual([1, 2, 3]);
  expect(cropRow([1, 2, 3, 4, 5, 6], 3)).toEqual([3, 4, 5]);
  expect(cropRow([1, 2, 3, 4, 5, 6, 7, 8], 3)).toEqual([3, 4, 5]);
});

test('centreCrop pads a small picture with black, the larger half behind', () => {
  expect(cropRow([1, 2], 5)).toEqual([0, 1, 2, 0, 0]);
  expect(cropRow([1, 2], 4)).toEqual([0, 1, 2, 0]);
});

test('centreCrop pads one axis and crops the other', () => {
  const image = greyImage(3, 1, Uint8Array.of(1, 2, 3));
  const { width, height, data } = centreCrop(image, 1, 3);
  expect({ width, height, data: [...data] }).toEqual({
    width: 1,
    height: 3,
    data: [0, 0, 0, 2, 2, 2, 0, 0, 0],
  });
});

test('centreCrop returns a picture of the right size itself', () => {
  const image = row(1, 2);
  expect(centreCrop(image, 2, 1)).toBe(image);
});
