import type { InputTensor } from '../graph/input-batch.ts';
import type { Picture } from '../results/traces.ts';

/** A side of a picture has no more pixels than this. */
const mostPixels = 96;

/**
 * The first image of a batch as people see it: values from the smallest to the largest become black to white, channels together.
 *
 * @param batch [N, 1 or 3, H, W]
 * @returns `undefined` for what is no picture
 */
export function pictureOf({ shape, data }: InputTensor): Picture | undefined {
  const [, channels = 0, height = 0, width = 0] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3) || Math.min(height, width) < 4)
    return undefined;
  const stride = Math.ceil(Math.max(height, width) / mostPixels);
  const [rows, columns] = [Math.floor(height / stride), Math.floor(width / stride)];
  const size = height * width;
  const range = rangeOf(data, channels * size);
  if (!range) return undefined;
  const pixels: string[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = y * stride * width + x * stride;
      for (const channel of [0, 1, 2]) {
        const value = Number(data[(channels === 1 ? 0 : channel) * size + at]);
        pixels.push(String.fromCharCode(Math.round((255 * (value - range.low)) / range.spread)));
      }
    }
  }
  return { width: columns, height: rows, rgb: btoa(pixels.join('')) };
}

/** `undefined` where all values are the same, or some are no numbers. */
function rangeOf(data: InputTensor['data'], length: number): { low: number; spread: number } | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < length; i++) {
    const value = Number(data[i]);
    if (!Number.isFinite(value)) return undefined;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? { low, spread: high - low } : undefined;
}
