import type { PixelWindow } from './crop-image.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Cuts the middle out of a picture as torchvision's `center_crop` does. A picture smaller than the crop is padded with
 * black first; of an odd padding the larger half goes right and below, and odd offsets round half to even.
 *
 * @returns a new picture, or the same object if it has the size already
 */
export function centreCrop(image: RgbImage, width: number, height: number): RgbImage {
  if (image.width === width && image.height === height) return image;
  const left = cropOffset(image.width, width);
  const top = cropOffset(image.height, height);
  const data = new Uint8Array(width * height * 3);
  const firstColumn = Math.max(left, 0);
  const endColumn = Math.min(left + width, image.width);
  for (let y = 0; y < height; y++) {
    const row = y + top;
    if (row < 0 || row >= image.height) continue;
    const source = image.data.subarray(
      (row * image.width + firstColumn) * 3,
      (row * image.width + endColumn) * 3,
    );
    data.set(source, (y * width + firstColumn - left) * 3);
  }
  return { width, height, data };
}

/** The part of a picture of a size that `centreCrop` would cut out; undefined if the picture is smaller than that. */
export function centreWindow(
  size: { readonly width: number; readonly height: number },
  width: number,
  height: number,
): PixelWindow | undefined {
  if (size.width < width || size.height < height) return undefined;
  return { left: cropOffset(size.width, width), top: cropOffset(size.height, height), width, height };
}

/** First position of the picture that the crop shows; negative if there is padding before it. */
export function cropOffset(size: number, crop: number): number {
  if (crop > size) return -Math.floor((crop - size) / 2);
  return roundHalfToEven((size - crop) / 2);
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
