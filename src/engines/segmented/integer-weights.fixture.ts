import { Tensor } from '../../graph/tensor.ts';
import { toIntegerWeights } from './integer-weights.ts';

/** The float32 weights that 8-bit ones stand for, in the layout of the original. */
export function fromIntegerWeights(weight: Tensor, transposed: boolean): Tensor {
  const { weights, inputs, scales } = toIntegerWeights(weight, transposed);
  const outputs = scales.length;
  const numbers = Float32Array.from(weight.toFloat32(), (_, at) => {
    const [i, o] = transposed
      ? [at % inputs, Math.floor(at / inputs)]
      : [Math.floor(at / outputs), at % outputs];
    return weights[i * outputs + o]! * scales[o]!;
  });
  return Tensor.float32(weight.shape, numbers);
}
