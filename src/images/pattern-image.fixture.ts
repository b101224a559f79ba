import { createHash } from 'node:crypto';
import type { RgbImage } from './rgb-image.ts';

/** A picture by formula, for tests whose expected values come from Pillow 9.4.0 with the same formula. */
export function patternImage(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  let i = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) data[i++] = (x * 37 + y * 91 + c * 53 + x * y * 7) % 256;
    }
  }
  return { width, height, data };
}

/** The first 16 hexadecimal digits of the SHA-256 of the bytes of an array. */
export function shortHash(array: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
