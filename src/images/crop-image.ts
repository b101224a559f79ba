import type { RgbImage } from './rgb-image.ts';

/** A part of a picture in whole pixels. */
export interface PixelWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Cuts a part out of a picture.
 *
 * @param window inside the picture
 * @returns a new picture, or the same object if it is the whole
 */
export function cropImage(image: RgbImage, { left, top, width, height }: PixelWindow): RgbImage {
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const first = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(first, first + width * 3), y * width * 3);
  }
  return { width, height, data };
}
