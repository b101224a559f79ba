import { Tensor } from '../graph/tensor.ts';
import type { QuantisedWeights } from './weight-quantiser.ts';

/**
 * Weights of b bits whose 2^b levels lie evenly in [−1, 1]: with n = 2^b − 1,
 *
 *     w = (2·⌊n·(tanh w/(2·max|tanh w|) + ½) + ½⌋ − n)/n
 *
 * Their codes are the odd numbers −n…n. What normalises the layer behind them has to make up for the size.
 *
 * Zhou, Wu, Ni, Zhou, Wen, Zou: DoReFa-Net: Training Low Bitwidth Convolutional Neural Networks with Low Bitwidth Gradients,
 * arXiv:1606.06160.
 *
 * @param bits 2…7
 */
export function dorefaWeights(weights: Tensor, bits: number): QuantisedWeights {
  const n = 2 ** bits - 1;
  const squashed = weights.toNumbers().map(Math.tanh);
  const largest = squashed.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const codes = Int8Array.from(
    squashed,
    (value) => 2 * Math.round(n * (value / (2 * largest || 1) + 0.5)) - n,
  );
  return {
    bits,
    codes: Tensor.of('int8', weights.shape, codes),
    scales: Tensor.float32(
      weights.shape.map(() => 1),
      [1 / n],
    ),
  };
}
