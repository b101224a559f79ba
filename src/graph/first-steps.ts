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
  return stepsBetween(batch, overTime, 0, steps);
}

/** The steps of inputs over time from one on, counted from 0, up to another, which is left out. See {@link firstSteps}. */
export function stepsBetween(
  batch: InputBatch,
  overTime: ReadonlySet<string>,
  from: number,
  to: number,
): InputBatch {
  if (overTime.size === 0) return batch;
  if (!isNamed(batch)) return { ...batch, ...cut(batch, from, to) };
  const inputs = Object.entries(batch.inputs).map(
    ([name, tensor]) => [name, overTime.has(name) ? cut(tensor, from, to) : tensor] as const,
  );
  return { ...batch, inputs: Object.fromEntries(inputs) };
}

/** How many steps the inputs over time of a batch have; `undefined` where it has none. See {@link firstSteps}. */
export function stepCount(batch: InputBatch, overTime: ReadonlySet<string>): number | undefined {
  if (overTime.size === 0) return undefined;
  if (!isNamed(batch)) return batch.shape[1];
  return Object.entries(batch.inputs).find(([name]) => overTime.has(name))?.[1].shape[1];
}

function cut({ shape, data }: InputTensor, from: number, to: number): InputTensor {
  const [samples = 0, given = 0, ...rest] = shape;
  const kept = Math.max(0, Math.min(to, given) - from);
  const size = sizeOf(rest);
  const Numbers = data.constructor as new (length: number) => InputTensor['data'];
  const part = new Numbers(samples * kept * size);
  for (let i = 0; i < samples; i++) {
    const first = (i * given + from) * size;
    // Both are of one type.
    const own = data.subarray(first, first + kept * size) as Float64Array;
    (part as Float64Array).set(own, i * kept * size);
  }
  return { shape: [samples, kept, ...rest], data: part };
}
