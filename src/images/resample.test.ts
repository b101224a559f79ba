import { describe, expect, test } from 'vitest';
import { cropImage } from './crop-image.ts';
import { patternImage, shortHash } from './pattern-image.fixture.ts';
import { type ResampleBox, type ResampleFilter, resizeImage } from './resample.ts';

// All expected bytes and hashes were obtained from Pillow 9.4.0 (Image.resize) on the same pictures.
const pillowHashes: [ResampleFilter, number, number, ResampleBox | undefined, string][] = [
  ['nearest', 16, 12, undefined, 'e5dff0121dba90ab'],
  ['nearest', 50, 41, undefined, '10d684603330ad31'],
  ['nearest', 37, 12, undefined, '73313b44f7a37f5a'],
  ['nearest', 16, 29, undefined, 'ab265aaf88eb291a'],
  ['nearest', 1, 1, undefined, 'f51b16333bb953c1'],
  ['nearest', 20, 10, [3.25, 2.5, 30.75, 27.125], 'c9995973d8036eb3'],
  ['lanczos', 16, 12, undefined, 'b9e7b1b19b8f7c38'],
  ['lanczos', 50, 41, undefined, 'cf8dc730eab170c2'],
  ['lanczos', 37, 12, undefined, '33c75f7613848e18'],
  ['lanczos', 16, 29, undefined, '9a69e65a810291eb'],
  ['lanczos', 1, 1, undefined, '34760603e653ced9'],
  ['lanczos', 20, 10, [3.25, 2.5, 30.75, 27.125], 'a77591e839c762a7'],
  ['bilinear', 16, 12, undefined, '3b6b6ead88b0c9d7'],
  ['bilinear', 50, 41, undefined, '059fdb8220325ea7'],
  ['bilinear', 37, 12, undefined, 'f1ac8012ffe34bbd'],
  ['bilinear', 16, 29, undefined, '97489e7ea54c16b0'],
  ['bilinear', 1, 1, undefined, '34760603e653ced9'],
  ['bilinear', 20, 10, [3.25, 2.5, 30.75, 27.125], 'cb13aa8da9f17c72'],
  ['bicubic', 16, 12, undefined, '41b673d4af58aef8'],
  ['bicubic', 50, 41, undefined, '30398627ee383db0'],
  ['bicubic', 37, 12, undefined, '8219c0357edd7b45'],
  ['bicubic', 16, 29, undefined, 'd9e906b83b39b681'],
  ['bicubic', 1, 1, undefined, '34760603e653ced9'],
  ['bicubic', 20, 10, [3.25, 2.5, 30.75, 27.125], '3125da6b92327a44'],
  ['box', 16, 12, undefined, 'cd4943e68c5778ab'],
  ['box', 50, 41, undefined, '10d684603330ad31'],
  ['box', 37, 12, undefined, 'd0f26c043ab84ee5'],
  ['box', 16, 29, undefined, '6768316411e39391'],
  ['box', 1, 1, undefined, '9e14c3dbfee24ee4'],
  ['box', 20, 10, [3.25, 2.5, 30.75, 27.125], 'ffaa6dc63db7620a'],
];

const pillowBytes: [ResampleFilter, number[]][] = [
  ['nearest', [91, 144, 197, 179, 232, 29, 11, 64, 117, 17, 70, 123, 133, 186, 239, 249, 46, 99]],
  ['lanczos', [80, 125, 155, 128, 137, 128, 109, 119, 180, 129, 126, 118, 122, 140, 148, 158, 133, 129]],
  ['bilinear', [83, 120, 153, 121, 141, 133, 116, 122, 175, 121, 127, 117, 119, 139, 148, 157, 132, 137]],
  ['bicubic', [79, 121, 156, 126, 141, 130, 113, 120, 177, 125, 127, 114, 119, 139, 150, 159, 134, 135]],
  ['box', [66, 119, 172, 127, 180, 105, 124, 113, 166, 127, 116, 105, 81, 134, 187, 163, 152, 141]],
];

/** One row, dark on the left and bright on the right: filters with negative weights overshoot at the step. */
function step(): { width: number; height: number; data: Uint8Array } {
  return { width: 8, height: 1, data: Uint8Array.from({ length: 24 }, (_, i) => (i < 12 ? 0 : 255)) };
}

function redRow(filter: ResampleFilter): number[] {
  return [...resizeImage(step(), 13, 1, filter).data].filter((_, i) => i % 3 === 0);
}

describe('resizeImage', () => {
  test.each(pillowHashes)(
    'has the bits of Pillow: %s to %i x %i, box %o',
    (filter, width, height, box, hash) => {
      const resized = resizeImage(patternImage(37, 29), width, height, filter, box);
      expect(resized).toMatchObject({ width, height });
      expect(shortHash(resized.data)).toBe(hash);
    },
  );

  test.each(pillowBytes)('has the bytes of Pillow in a small picture: %s', (filter, bytes) => {
    expect([...resizeImage(patternImage(5, 4), 3, 2, filter).data]).toEqual(bytes);
  });

  test('cuts overshoot at black and white as Pillow does', () => {
    expect(redRow('bicubic')).toEqual([0, 0, 0, 0, 0, 0, 128, 255, 255, 255, 255, 255, 255]);
    expect(redRow('lanczos')).toEqual([0, 0, 0, 8, 0, 0, 128, 255, 255, 247, 255, 255, 255]);
  });

  const filters: ResampleFilter[] = ['nearest', 'box', 'bilinear', 'bicubic', 'lanczos'];
  test.each(
    filters.flatMap(
      (filter) =>
        [
          [filter, 23, 17],
          [filter, 37, 17],
          [filter, 23, 29],
        ] as const,
    ),
  )('computes a part of the result as it is in the whole: %s to %i x %i', (filter, width, height) => {
    const image = patternImage(37, 29);
    const window = { left: 4, top: 3, width: 11, height: 9 };
    const whole = resizeImage(image, width, height, filter);
    const part = resizeImage(image, width, height, filter, undefined, window);
    expect(part).toEqual(cropImage(whole, window));
  });

  test('computes each row of a picture of several strips as if it were alone', () => {
    const image = patternImage(2500, 150);
    const narrow = resizeImage(image, 40, image.height, 'bicubic');
    for (const top of [0, 34, 35, 70, 149]) {
      const row = cropImage(image, { left: 0, top, width: image.width, height: 1 });
      const expected = cropImage(narrow, { left: 0, top, width: 40, height: 1 });
      expect(resizeImage(row, 40, 1, 'bicubic')).toEqual(expected);
    }
  });

  test('computes each column of a picture of several strips as if it were alone', () => {
    const image = patternImage(1500, 90);
    const tall = resizeImage(image, image.width, 300, 'lanczos');
    for (const left of [0, 5, 800, 1499]) {
      const column = cropImage(image, { left, top: 0, width: 1, height: image.height });
      const expected = cropImage(tall, { left, top: 0, width: 1, height: 300 });
      expect(resizeImage(column, 1, 300, 'lanczos')).toEqual(expected);
    }
  });

  test('returns the picture itself when there is nothing to do', () => {
    const image = patternImage(4, 3);
    expect(resizeImage(image, 4, 3, 'bicubic')).toBe(image);
  });

  test('does not change its input', () => {
    const image = patternImage(9, 8);
    resizeImage(image, 5, 3, 'lanczos');
    expect(image).toEqual(patternImage(9, 8));
  });

  test('refuses an empty size', () => {
    expect(() => resizeImage(patternImage(4, 3), 0, 3, 'box')).toThrow(
      expect.objectContaining({
        name: 'DataError',
        message:
          'resizeImage: expected a size of at least 1 x 1 whole pixels, got 0 x 3. Give positive whole numbers.',
      }),
    );
  });

  test('refuses a box outside the picture', () => {
    expect(() => resizeImage(patternImage(4, 3), 2, 2, 'box', [0, 0, 5, 3])).toThrow(
      expect.objectContaining({
        name: 'DataError',
        message:
          'resizeImage: expected a box inside the picture of 4 x 3 pixels, got [0, 0, 5, 3]. Give left, top, right, bottom inside the picture.',
      }),
    );
  });
});
