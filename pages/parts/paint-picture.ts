import type { RgbImage } from '../../src/images/rgb-image.ts';

/** Paints a picture on a canvas of its size. */
export function paintPicture(canvas: HTMLCanvasElement, { width, height, data }: RgbImage): void {
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    pixels.data.set([data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!, 255], 4 * i);
  }
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
}
