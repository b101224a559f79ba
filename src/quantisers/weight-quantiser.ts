import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { weightFromCodes } from '../spiking/few-bit-weights.ts';
import type { Rounding } from './roundings/define-rounding.ts';
import { nearest } from './roundings/nearest.ts';

/** Fewest and most bits of weights. */
export const weightBitRange = { fewest: 2, most: 8 } as const;

/** Fractions of the largest weight that are tried as the largest that is represented. */
const fractions = Array.from({ length: 12 }, (_, i) => 0.9 ** i);

/** Weights as whole numbers, −(2^(b−1) − 1)…2^(b−1) − 1, and the number that each counts. */
export interface QuantisedWeights {
  readonly bits: number;
  /** int8, in the shape of the weights. */
  readonly codes: Tensor;
  /** float32, one for each output channel, broadcastable to the weights. */
  readonly scales: Tensor;
}

/** How weights are rounded to whole numbers. */
export interface WeightRounding {
  /** Default `nearest`. */
  readonly rounding?: Rounding | undefined;
  /** Σ x·xᵀ over inputs x of the operator, [n, n] for n weights of an output channel, where the rounding asks for it. */
  readonly correlations?: Float64Array | undefined;
}

/**
 * Weights quantised symmetrically to b bits, with one scale for each output channel. The scale minimises the squared error of its channel
 * rounded to nearest; with 8 bits, and for roundings that want that, it is that of the largest weight. This is the one quantiser of weights: few-bit synapses, quantised
 * sources and whoever trains or exports integers use it.
 *
 * @param axis of the output channels; `undefined` for one scale for all
 * @param bits 2…8
 */
export function quantiseWeights(
  weights: Tensor,
  axis: number | undefined,
  bits: number,
  { rounding = nearest, correlations }: WeightRounding = {},
): QuantisedWeights {
  const numbers = weights.toFloat32();
  const count = axis === undefined ? 1 : weights.shape[axis]!;
  const inner = axis === undefined ? numbers.length : sizeOf(weights.shape.slice(axis + 1));
  const layout = { count, inner };
  const length = numbers.length / count;
  const channels = Array.from({ length: count }, () => new Float32Array(length));
  byChannel(numbers.length, layout, (channel, own, from, to) => {
    const values = channels[channel]!;
    for (let i = from, at = own; i < to; i++) values[at++] = numbers[i]!;
  });
  const most = 2 ** (bits - 1) - 1;
  const scales = Float32Array.from(channels, (values) =>
    scaleOf(values, most, rounding.scalesByLargest ?? bits >= weightBitRange.most),
  );
  const rounded = rounding.round(channels, { scales, most, correlations });
  const codes = new Int8Array(numbers.length);
  byChannel(codes.length, layout, (channel, own, from, to) => {
    const values = rounded[channel]!;
    for (let i = from, at = own; i < to; i++) codes[i] = values[at++]!;
  });
  const shape = weights.shape.map((size, i) => (i === axis ? size : 1));
  return {
    bits,
    codes: Tensor.of('int8', weights.shape, codes),
    scales: Tensor.float32(shape, scales),
  };
}

/** Weights [outer, channels, inner]. */
interface ChannelLayout {
  /** Number of channels. */
  readonly count: number;
  /** Weights of a channel that lie one behind the other. */
  readonly inner: number;
}

/** Visits all stretches of weights that belong to one channel: they begin at `own` in it, and reach from `from` up to `to` among all. */
function byChannel(
  size: number,
  { count, inner }: ChannelLayout,
  visit: (channel: number, own: number, from: number, to: number) => void,
): void {
  for (let from = 0, own = 0; from < size; own += inner) {
    for (let channel = 0; channel < count; channel++, from += inner) visit(channel, own, from, from + inner);
  }
}

/** The weights that are calculated with: code times scale, float32. */
export function dequantise({ codes, scales }: QuantisedWeights): Tensor {
  return weightFromCodes(codes, scales);
}

function scaleOf(values: Float32Array, most: number, byLargest: boolean): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  if (byLargest) return largest / most;
  let best = { scale: largest / most, error: Number.POSITIVE_INFINITY };
  for (const fraction of fractions) {
    const scale = (fraction * largest) / most;
    const error = squaredError(values, scale, most, best.error);
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}

/** Weights after which a sum of squares that is too large already is given up. */
const stretch = 256;

/** The squared error of weights at a scale; only how it compares with the one given counts: a larger one need not be whole. */
function squaredError(values: Float32Array, scale: number, most: number, enough: number): number {
  const inverse = 1 / scale;
  let error = 0;
  for (let from = 0; from < values.length && error < enough; from += stretch) {
    const to = Math.min(from + stretch, values.length);
    for (let i = from; i < to; i++) {
      // Math.round, several times faster.
      const code = Math.floor(values[i]! * inverse + 0.5);
      const difference = scale * Math.min(Math.max(code, -most), most) - values[i]!;
      error += difference * difference;
    }
  }
  return error;
}
