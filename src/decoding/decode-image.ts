import sharp from 'sharp';
import { DataError, messageOf } from '../errors.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import { greyImage, type RgbImage } from '../images/rgb-image.ts';
import { shortageError, shortageOf } from '../shortage.ts';

/**
 * Decodes a JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF picture to 8-bit RGB, in the way of Pillow's
 * `Image.open(…).convert('RGB')`: alpha is dropped without compositing, grey is repeated, CMYK becomes
 * `(255 - K) * (255 - C)`, the EXIF orientation is not applied and ICC profiles are ignored. 16-bit channels
 * are reduced to their upper 8 bits.
 *
 * @param source path of a file, or its bytes
 * @param where name for error messages; default the path, or `image`
 * @throws DataError if the file is missing, damaged, truncated, no ordinary file, or of an unknown format; OutOfMemoryError and
 * RuntimeError if memory or file handles run out, which says nothing about the picture
 */
export async function decodeImage(
  source: string | Uint8Array,
  where: string = typeof source === 'string' ? source : 'image',
): Promise<RgbImage> {
  try {
    return await decodeBytes(typeof source === 'string' ? await readOrdinaryFile(source) : source);
  } catch (error) {
    const resource = shortageOf(error);
    if (resource) throw shortageError(where, resource, error);
    throw new DataError(
      {
        where,
        expected: 'a whole JPEG, PNG, WebP, GIF, TIFF or AVIF picture',
        got: messageOf(error).trim().replaceAll('\n', '; '),
        remedy: 'Replace the file, or remove it from the data set',
      },
      { cause: error },
    );
  }
}

async function decodeBytes(bytes: Uint8Array): Promise<RgbImage> {
  const { space } = await sharp(bytes, { ignoreIcc: true }).metadata();
  const picture = sharp(bytes, { failOn: 'truncated', ignoreIcc: true });
  const isCmyk = space === 'cmyk';
  const pipeline = isCmyk
    ? picture.pipelineColourspace('cmyk').toColourspace('cmyk')
    : picture.removeAlpha().toColourspace('srgb');
  const { data: buffer, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  // A plain array: `slice` of a Buffer would share its memory.
  const data = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  const { width, height, channels } = info;
  if (isCmyk) return { width, height, data: cmykToRgb(data, channels) };
  return channels === 1 ? greyImage(width, height, data) : { width, height, data };
}

/** The simple subtractive formula with Pillow's rounding; channels beyond the fourth (alpha) are dropped. */
function cmykToRgb(cmyk: Uint8Array, channels: number): Uint8Array {
  const pixels = cmyk.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const light = 255 - cmyk[pixel * channels + 3]!;
    for (let c = 0; c < 3; c++) {
      rgb[pixel * 3 + c] = light - divideBy255(cmyk[pixel * channels + c]! * light);
    }
  }
  return rgb;
}

/** Division by 255 with rounding, in integers; exact for products of two bytes. */
function divideBy255(product: number): number {
  const biased = product + 128;
  return ((biased >> 8) + biased) >> 8;
}
