import sharp from 'sharp';
import type { RgbImage } from '../images/rgb-image.ts';

/** The bytes of a PNG file. */
export async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
