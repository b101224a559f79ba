import { Tensor } from '../../graph/tensor.ts';

/** Where a two-dimensional convolution looks. */
export interface Window {
  /** Height and width. */
  readonly lengths: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** Height and width of what a convolution makes of an image. */
export function convolvedLengths(
  { lengths, strides, pads }: Window,
  [height, width]: readonly [number, number],
): [number, number] {
  const along = (axis: 0 | 1, length: number) =>
    Math.floor((length + pads[axis] + pads[axis + 2]! - lengths[axis]) / strides[axis]) + 1;
  return [along(0, height), along(1, width)];
}

/** Bytes of a pixel in unfolded rows: its channels, rounded up to a multiple of 4. */
export function pixelBytes(channels: number): number {
  return (channels + 3) & ~3;
}

/**
 * The weights of a convolution as the matrix that unfolded rows are multiplied with: [window height · window width ·
 * pixel, outputs], zeros where a pixel has no channel.
 *
 * @param weight [outputs, channels, window height, window width]
 */
export function unfoldWeight(weight: Tensor): Tensor {
  const [outputs, channels, height, width] = weight.shape as [number, number, number, number];
  const pixel = pixelBytes(channels);
  const numbers = weight.toFloat32();
  const places = height * width;
  const matrix = new Float32Array(places * pixel * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < channels; c++) {
      for (let place = 0; place < places; place++) {
        matrix[(place * pixel + c) * outputs + o] = numbers[(o * channels + c) * places + place]!;
      }
    }
  }
  return Tensor.float32([places * pixel, outputs], matrix);
}
