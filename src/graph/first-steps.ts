import { type InputBatch, type InputTensor, isNamed } from './input-batch.ts';
import { sizeOf } from './shape.ts';

/**
 * The first steps of inputs over time; the other inputs of a batch stay as they are.
 *
 * @param batch of tensors [N, T, …] over time
 * @param overTime names of those inputs; a tensor alone is one if there are any
 * @param steps T of the result, at most that of the batch
 */
export function firstSteps(batch: InputBatch, overTime: ReadonlySet<string>, steps: number): InputBatch {
  if (overTime.size === 0) return batch;
  if (!isNamed(batch)) return { ...batch, ...cut(batch, steps) };
  const inputs = Object.entries(batch.inputs).map(
    ([name, tensor]) => [name, overTime.has(name) ? cut(tensor, steps) : tensor] as const,
  );
  return { ...batch, inputs: Object.fromEntries(inputs) };
}

function cut({ shape, data }: InputTensor, steps: number): InputTensor {
  const [samples = 0, given = 0, ...rest] = shape;
  const kept = Math.min(steps, given);
  const size = sizeOf(rest);
  const Numbers = data.constructor as new (length: number) => InputTensor['data'];
  const first = new Numbers(samples * kept * size);
  for (let i = 0; i < samples; i++) {
    // Both are of one type.
    const part = data.subarray(i * given * size, (i * given + kept) * size) as Float64Array;
    (first as Float64Array).set(part, i * kept * size);
  }
  return { shape: [samples, kept, ...rest], data: first };
}
