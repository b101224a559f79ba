import { Tensor } from '../graph/tensor.ts';

/** Fractions of the largest weight that are tried as the largest that is represented. */
const fractions = Array.from({ length: 12 }, (_, i) => 0.9 ** i);

/**
 * Weights quantised symmetrically to b bits, with one scale for each output channel, and read again: whole numbers
 * −(2^(b−1) − 1)…2^(b−1) − 1 times the scale. The scale minimises the squared error of its channel; with 8 bits it is
 * that of the largest weight.
 *
 * @param axis of the output channels; `undefined` for one scale for all
 */
export function quantiseWeights(weights: Tensor, axis: number | undefined, bits: number): Tensor {
  const numbers = weights.toFloat32();
  const result = new Float32Array(numbers.length);
  const inner =
    axis === undefined ? numbers.length : weights.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channels = axis === undefined ? 1 : weights.shape[axis]!;
  const outer = numbers.length / (inner * channels);
  for (let channel = 0; channel < channels; channel++) {
    const scale = scaleOf(numbers, channel, { inner, channels, outer }, bits);
    const most = 2 ** (bits - 1) - 1;
    forEachIndex(channel, { inner, channels, outer }, (i) => {
      result[i] = scale * Math.min(Math.max(Math.round(numbers[i]! / scale), -most), most);
    });
  }
  return Tensor.float32(weights.shape, result);
}

/** Weights [outer, channels, inner]. */
interface Layout {
  readonly inner: number;
  readonly channels: number;
  readonly outer: number;
}

function forEachIndex(channel: number, { inner, channels, outer }: Layout, visit: (i: number) => void): void {
  for (let o = 0; o < outer; o++) {
    const from = (o * channels + channel) * inner;
    for (let i = from; i < from + inner; i++) visit(i);
  }
}

function scaleOf(numbers: Float32Array, channel: number, layout: Layout, bits: number): number {
  const most = 2 ** (bits - 1) - 1;
  let largest = 0;
  forEachIndex(channel, layout, (i) => {
    largest = Math.max(largest, Math.abs(numbers[i]!));
  });
  if (largest === 0) return 1;
  if (bits >= 8) return largest / most;
  let best = { scale: largest / most, error: Number.POSITIVE_INFINITY };
  for (const fraction of fractions) {
    const scale = (fraction * largest) / most;
    let error = 0;
    forEachIndex(channel, layout, (i) => {
      const code = Math.min(Math.max(Math.round(numbers[i]! / scale), -most), most);
      error += (code * scale - numbers[i]!) ** 2;
    });
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}
