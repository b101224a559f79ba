import type { Tensor } from '../../graph/tensor.ts';

/** Weights as whole numbers −127…127 with one scale for each output channel. */
export interface QuantisedWeights {
  /** [inputs, outputs]. */
  readonly weights: Int8Array;
  readonly inputs: number;
  /** Real value of 1, by output channel. */
  readonly scales: Float32Array;
}

const largest = 127;

/**
 * Rounds weights to 8 bits, symmetrically, by output channel. The largest weight of a channel becomes 127: on DeiT-Tiny the
 * scale of least squared error would make the error, 0.7 to 1.0 % of the weights, smaller by a half per cent of itself.
 *
 * @param weight [inputs, outputs], or [outputs, inputs] if `transposed`
 * @param channels outputs that are wanted; default: all
 */
export function toIntegerWeights(
  weight: Tensor,
  transposed: boolean,
  channels: { readonly from: number; readonly to: number } = {
    from: 0,
    to: weight.shape[transposed ? 0 : 1]!,
  },
): QuantisedWeights {
  const numbers = weight.toFloat32();
  const [rows, columns] = weight.shape as [number, number];
  const inputs = transposed ? columns : rows;
  const outputs = channels.to - channels.from;
  const at = (input: number, output: number) =>
    transposed ? (channels.from + output) * inputs + input : input * columns + channels.from + output;
  const scales = new Float32Array(outputs);
  const weights = new Int8Array(inputs * outputs);
  for (let o = 0; o < outputs; o++) {
    let most = 0;
    for (let i = 0; i < inputs; i++) most = Math.max(most, Math.abs(numbers[at(i, o)]!));
    scales[o] = most > 0 ? most / largest : 1;
    for (let i = 0; i < inputs; i++) weights[i * outputs + o] = Math.round(numbers[at(i, o)]! / scales[o]!);
  }
  return { weights, inputs, scales };
}
