import { describe, expect, it } from 'vitest';
import { pictureOf } from './picture-of.ts';

const bytes = (rgb: string) => Array.from(atob(rgb), (letter) => letter.charCodeAt(0));

describe('pictureOf', () => {
  it('spreads the values of the first image from black to white', () => {
    const data = Float32Array.from({ length: 2 * 3 * 16 }, (_, i) => (i < 48 ? i - 10 : 1e6));
    const picture = pictureOf({ shape: [2, 3, 4, 4], data });
    expect(picture).toMatchObject({ width: 4, height: 4 });
    const rgb = bytes(picture?.rgb ?? '');
    expect(rgb).toEqual(
      Array.from({ length: 48 }, (_, i) => Math.round((255 / 47) * (16 * (i % 3) + Math.floor(i / 3)))),
    );
  });

  it('shows one channel as grey, and no more than 96 pixels a side', () => {
    const data = Float32Array.from({ length: 200 * 100 }, (_, i) => i % 100);
    const picture = pictureOf({ shape: [1, 1, 200, 100], data });
    expect(picture).toMatchObject({ width: 33, height: 66 });
    expect(bytes(picture?.rgb ?? '').slice(0, 6)).toEqual([0, 0, 0, 8, 8, 8]);
  });

  it.each([[[1, 8]], [[1, 4, 8, 8]], [[1, 3, 2, 2]], [[1, 1, 4, 4]]])(
    'takes %j for no picture where there is none',
    (shape) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b));
      expect(pictureOf({ shape, data })).toBeUndefined();
    },
  );
});
