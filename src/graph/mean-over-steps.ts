import { type InputBatch, type InputTensor, isNamed } from './input-batch.ts';
import { sizeOf } from './shape.ts';

/**
 * A batch whose inputs over time have one step, their mean over all of theirs: [N, T, …] becomes [N, 1, …] float32. Others stay as they are.
 *
 * @param overTime names of those inputs; a tensor alone is one if there are any
 */
export function meanOverSteps<B extends InputBatch>(batch: B, overTime: ReadonlySet<string>): B {
  if (overTime.size === 0) return batch;
  if (!isNamed(batch)) return { ...batch, ...mean(batch) };
  const inputs = Object.entries(batch.inputs).map(
    ([name, tensor]) => [name, overTime.has(name) ? mean(tensor) : tensor] as const,
  );
  return { ...batch, inputs: Object.fromEntries(inputs) };
}

function mean({ shape, data }: InputTensor): InputTensor {
  const [samples = 0, steps = 1, ...rest] = shape;
  const size = sizeOf(rest);
  const means = new Float32Array(samples * size);
  for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let step = 0; step < steps; step++) sum += Number(data[(sample * steps + step) * size + i]);
      means[sample * size + i] = sum / steps;
    }
  }
  return { shape: [samples, 1, ...rest], data: means };
}
