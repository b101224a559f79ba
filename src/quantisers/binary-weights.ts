import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import type { QuantisedWeights } from './weight-quantiser.ts';

/**
 * Weights of one bit: w = α·sign(w), with α the mean of |w| of an output channel and sign(0) = 1, which has the smallest squared error of all
 * such forms.
 *
 * Rastegari, Ordonez, Redmon, Farhadi: XNOR-Net: ImageNet Classification Using Binary Convolutional Neural Networks, ECCV 2016,
 * arXiv:1603.05279.
 *
 * @param axis of the output channels
 */
export function binaryWeights(weights: Tensor, axis: number): QuantisedWeights {
  const numbers = weights.toFloat32();
  const channels = weights.shape[axis] ?? 1;
  const inner = sizeOf(weights.shape.slice(axis + 1));
  const sums = new Float64Array(channels);
  for (const [i, value] of numbers.entries()) {
    const channel = Math.floor(i / inner) % channels;
    sums[channel] = (sums[channel] ?? 0) + Math.abs(value);
  }
  const length = numbers.length / channels;
  return {
    bits: 1,
    codes: Tensor.of(
      'int8',
      weights.shape,
      Int8Array.from(numbers, (value) => (value >= 0 ? 1 : -1)),
    ),
    scales: Tensor.float32(
      weights.shape.map((size, i) => (i === axis ? size : 1)),
      sums.map((sum) => sum / length),
    ),
  };
}
