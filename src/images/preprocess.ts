import { DataError } from '../errors.ts';
import { centreCrop, centreWindow, cropOffset } from './centre-crop.ts';
import { type ResampleFilter, resizeImage } from './resample.ts';
import { greyImage, type RgbImage } from './rgb-image.ts';

/** What happens to a picture before the network sees it, in the order: grey, resize, centre crop, scale, normalise. */
export interface PreprocessConfig {
  /** Length in pixels that the shorter side is resized to; the longer side keeps the proportions (rounded down). */
  resizeShorter?: number;
  /** `[height, width]` in pixels that the picture is resized to, without regard to its proportions. */
  resize?: [height: number, width: number];
  /** Filter of the resizing. */
  interpolation: ResampleFilter;
  /** Rows that the network wants. */
  cropHeight: number;
  /** Columns that the network wants. */
  cropWidth: number;
  /** Mean of every channel, after scaling. */
  mean: number[];
  /** Standard deviation of every channel, after scaling. */
  std: number[];
  /** 3 for red, green, blue; 1 for grey. */
  channels: 1 | 3;
  /** Factor for the bytes, usually 1/255. */
  scale: number;
}

/**
 * Resizes, crops and normalises a picture as torchvision does with a picture that Pillow opened: `(byte * scale - mean) / std`
 * in float32. A picture smaller than the crop is padded with black.
 *
 * @returns `[channels, cropHeight, cropWidth]` numbers (CHW)
 * @throws DataError if `mean` and `std` do not have one number a channel.
 */
export function preprocessImage(image: RgbImage, config: PreprocessConfig): Float32Array {
  const { channels, cropWidth, cropHeight } = config;
  const result = new Float32Array(channels * cropHeight * cropWidth);
  normaliseImage(cropResized(image, config), config, result);
  return result;
}

/** The bytes that the network sees: the picture made grey if so configured, resized and cropped. */
export function cropResized(image: RgbImage, config: PreprocessConfig): RgbImage {
  const coloured = config.channels === 1 ? toGrey(image) : image;
  return centreCrop(resize(coloured, config), config.cropWidth, config.cropHeight);
}

/**
 * Writes `(byte * scale - mean) / std` of a picture, which `cropResized` gave.
 *
 * @param target float32 [channels, cropHeight, cropWidth]
 * @throws DataError if `mean` and `std` do not have one number a channel.
 */
export function normaliseImage({ data }: RgbImage, config: PreprocessConfig, target: Float32Array): void {
  const plane = target.length / config.channels;
  for (const [channel, table] of normaliseTables(config).entries()) {
    const start = channel * plane;
    for (let pixel = 0; pixel < plane; pixel++) target[start + pixel] = table[data[pixel * 3 + channel]!]!;
  }
}

/** The part of a picture that the network sees, as shares of the picture; beyond it where the picture is padded. */
export function shownPart(size: Pick<RgbImage, 'width' | 'height'>, config: PreprocessConfig) {
  const { width, height } = resizedSize(size, config) ?? size;
  const { cropWidth, cropHeight } = config;
  return {
    left: cropOffset(width, cropWidth) / width,
    top: cropOffset(height, cropHeight) / height,
    width: cropWidth / width,
    height: cropHeight / height,
  };
}

/** Resizes; of the result, no more is computed than the crop shows. */
function resize(image: RgbImage, config: PreprocessConfig): RgbImage {
  const size = resizedSize(image, config);
  if (!size) return image;
  const { interpolation, cropWidth, cropHeight } = config;
  const window = centreWindow(size, cropWidth, cropHeight);
  return resizeImage(image, size.width, size.height, interpolation, undefined, window);
}

function resizedSize(
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  { resize: exact, resizeShorter }: PreprocessConfig,
) {
  if (exact) return { width: exact[1], height: exact[0] };
  if (resizeShorter === undefined) return undefined;
  const longer = Math.trunc((resizeShorter * Math.max(width, height)) / Math.min(width, height));
  return width <= height
    ? { width: resizeShorter, height: longer }
    : { width: longer, height: resizeShorter };
}

/** Luma with Pillow's integer weights, in all three channels. */
function toGrey({ width, height, data }: RgbImage): RgbImage {
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = (data[3 * i]! * 19595 + data[3 * i + 1]! * 38470 + data[3 * i + 2]! * 7471 + 0x8000) >> 16;
  }
  return greyImage(width, height, grey);
}

/** For every channel the normalised float32 number of each of the 256 bytes. */
function normaliseTables({ mean, std, scale, channels }: PreprocessConfig): Float32Array[] {
  if (mean.length !== channels || std.length !== channels) {
    throw new DataError({
      where: 'preprocessing',
      expected: `${channels} numbers each in mean and std`,
      got: `${mean.length} and ${std.length}`,
      remedy: 'Give one mean and one standard deviation a channel',
    });
  }
  return mean.map((channelMean, channel) => {
    const centre = Math.fround(channelMean);
    const spread = Math.fround(std[channel]!);
    return Float32Array.from({ length: 256 }, (_, byte) => {
      // Rounded after every step, as a float32 library does.
      return Math.fround(Math.fround(byte * scale) - centre) / spread;
    });
  });
}
