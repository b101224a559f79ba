import type { RunIntegerConvolution } from './action.ts';
import { pixelBytes } from './window.ts';

/** Unfolded bytes at once: what the processor's cache holds. */
const largestUnfolding = 2 ** 20;

/** Bytes a kernel may touch behind the end of what it writes. */
const slack = 16;

/** How a convolution uses memory beside its input and output; addresses are in bytes from its beginning. */
export interface ConvolutionScratch {
  /** Sums of one image, int32 [pixels, channels]; scales and biases lie before them. */
  readonly sums: number;
  /** One image with its padding, channels last. */
  readonly padded: number;
  readonly columns: number;
  /** Images that are unfolded at once. */
  readonly together: number;
  /** Bytes of an unfolded pixel. */
  readonly inputs: number;
  readonly bytes: number;
}

/**
 * @param images of all steps
 * @param from [batch, channels, height, width]
 * @param to [batch, channels, height, width]
 */
export function convolutionScratch(
  { window }: RunIntegerConvolution,
  images: number,
  from: readonly number[],
  to: readonly number[],
): ConvolutionScratch {
  const [, outputs, height, width] = to as [number, number, number, number];
  const pixel = pixelBytes(from[1]!);
  const inputs = window.lengths[0] * window.lengths[1] * pixel;
  const unfolded = height * width * inputs;
  const together = Math.max(1, Math.min(images, Math.floor(largestUnfolding / unfolded)));
  const paddedRows = (height - 1) * window.strides[0] + window.lengths[0];
  const paddedColumns = (width - 1) * window.strides[1] + window.lengths[1];
  const sums = 8 * outputs;
  const padded = sums + 4 * outputs * height * width;
  const columns = padded + paddedRows * paddedColumns * pixel + slack;
  return { sums, padded, columns, together, inputs, bytes: columns + together * unfolded + slack };
}
