import { describe, expect, test } from 'vitest';
import { patternImage, shortHash } from './pattern-image.fixture.ts';
import { type PreprocessConfig, preprocessImage } from './preprocess.ts';

const imageNet: PreprocessConfig = {
  interpolation: 'bicubic',
  cropHeight: 15,
  cropWidth: 15,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 3,
  scale: 1 / 255,
};

describe('preprocessImage', () => {
  // Hashes of the float32 arrays that Pillow 9.4.0 (resize, crop) and numpy (float32 arithmetic) give.
  test.each([
    [37, 29, 20, 15, '161edcef0517cd8f'],
    [29, 37, 20, 15, '22b53f069e873626'],
    [31, 40, 24, 19, '97f8bbf4202041a7'],
  ])(
    'has the bits of Pillow and numpy: %i x %i, shorter side %i, crop %i',
    (width, height, shorter, crop, hash) => {
      const config = { ...imageNet, resizeShorter: shorter, cropHeight: crop, cropWidth: crop };
      expect(shortHash(preprocessImage(patternImage(width, height), config))).toBe(hash);
    },
  );

  test('turns colours grey with the weights of Pillow', () => {
    const bytes = { mean: [0], std: [1], channels: 1 as const, scale: 1 };
    const config = { ...imageNet, ...bytes, cropHeight: 29, cropWidth: 37 };
    const grey = preprocessImage(patternImage(37, 29), config);
    // Image.convert('L') of Pillow 9.4.0.
    expect([...grey.subarray(0, 6)]).toEqual([43, 80, 117, 154, 191, 199]);
    expect(shortHash(Uint8Array.from(grey))).toBe('97b1ea9f20ab9a9b');
  });

  test('resizes to an exact size with other proportions', () => {
    const config = { ...imageNet, resize: [6, 9] as [number, number], cropHeight: 6, cropWidth: 9 };
    expect(preprocessImage(patternImage(5, 5), config)).toHaveLength(3 * 6 * 9);
  });

  test('orders the numbers by channel, row, column', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const config = { ...imageNet, cropHeight: 1, cropWidth: 2, mean: [0, 0, 0], std: [1, 1, 1], scale: 1 };
    expect([...preprocessImage(image, config)]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test('refuses mean and std that do not fit the channels', () => {
    expect(() => preprocessImage(patternImage(2, 2), { ...imageNet, mean: [0.5] })).toThrow(
      expect.objectContaining({
        name: 'DataError',
        message:
          'preprocessing: expected 3 numbers each in mean and std, got 1 and 3. Give one mean and one standard deviation a channel.',
      }),
    );
  });
});
