import { sizeOf } from '../../graph/shape.ts';

import { Tensor } from '../../graph/tensor.ts';
import type { Random } from '../../random.ts';

/** A float32 tensor whose elements are all the same. */
export function filledTensor(shape: readonly number[], value: number): Tensor {
  return Tensor.float32(shape, new Float32Array(sizeOf(shape)).fill(value));
}

/** A float32 tensor of normally distributed numbers with mean 0. */
export function normalTensor(shape: readonly number[], deviation: number, random: Random): Tensor {
  return Tensor.float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => deviation * random.normal()),
  );
}

/** Glorot's uniform distribution for a weight [outputs, inputs, …kernel]: ±√(6/(fan in + fan out))·gain. */
export function glorotTensor(shape: readonly number[], random: Random, gain = 1): Tensor {
  const [outputs = 1, inputs = 1, ...kernel] = shape;
  const taps = sizeOf(kernel);
  const bound = gain * Math.sqrt(6 / (taps * inputs + outputs));
  return Tensor.float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-bound, bound)),
  );
}
