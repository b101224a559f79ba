import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputTensor } from '../graph/input-batch.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Presentation } from '../spiking/inputs-over-time.ts';

/** What a network sees of an input over time, and what has come of it. */
export interface Presented<Data extends Float32Array | Float64Array = Float32Array> {
  /** Of each step, [N, …]; hidden steps first. */
  readonly steps: readonly Data[];
  /** All that was shown so far, added up, [N, …]. */
  readonly sums: FloatTensor<Data>;
}

/** How an input over time is to be presented. */
export interface Presenting {
  readonly presentation: Presentation;
  /** Hidden steps, which come first and see the mean over all steps. Default 0. */
  readonly hiddenSteps?: number;
  /** What came before this window: its sums and number of steps. Default: nothing. */
  readonly before?: { readonly sums: FloatTensor; readonly elapsed: number } | undefined;
}

/**
 * What a network sees at every step of an input over time, in float32: as the operators in the graph compute it, bit for bit. Hidden
 * steps, which come first, see the mean over all steps.
 *
 * @param input [N, T, …]
 */
export function presentSteps(input: InputTensor, presenting: Presenting): Presented {
  return present(input, presenting, (length) => new Float32Array(length));
}

/** The same in float64. */
export function presentExactly(input: InputTensor, presenting: Presenting): Presented<Float64Array> {
  return present(input, presenting, (length) => new Float64Array(length));
}

/** Steps [N, …] put side by side again: [N, T, …]. */
export function besideEachOther(
  { shape, data }: InputTensor,
  steps: readonly (Float32Array | Float64Array)[],
): InputTensor {
  const [samples = 1, count = 1, ...rest] = shape;
  const size = sizeOf(rest);
  const made = new Float64Array(data.length);
  for (const [step, shown] of steps.entries()) {
    for (let sample = 0; sample < samples; sample++) {
      made.set(shown.subarray(sample * size, (sample + 1) * size), (sample * count + step) * size);
    }
  }
  return { shape, data: made };
}

function present<Data extends Float32Array | Float64Array>(
  { shape, data }: InputTensor,
  { presentation, hiddenSteps = 0, before }: Presenting,
  make: (length: number) => Data,
): Presented<Data> {
  const [samples = 1, steps = 1, ...rest] = shape;
  const size = sizeOf(rest);
  const sums = make(samples * size);
  if (before) sums.set(before.sums.data);
  const elapsed = before?.elapsed ?? 0;
  const shown: Data[] = [];
  let means = make(samples * size);
  for (let step = 0; step < steps; step++) {
    const current = make(samples * size);
    for (let sample = 0; sample < samples; sample++) {
      const from = (sample * steps + step) * size;
      for (let i = 0; i < size; i++) current[sample * size + i] = Number(data[from + i]);
    }
    means = make(samples * size);
    for (let i = 0; i < sums.length; i++) {
      sums[i] = (sums[i] ?? 0) + (current[i] ?? 0);
      means[i] = (sums[i] ?? 0) / (elapsed + step + 1);
    }
    shown.push(presentation === 'current' ? current : means);
  }
  return {
    steps: [...Array<Data>(hiddenSteps).fill(means), ...shown],
    sums: { shape: [samples, ...rest], data: sums },
  };
}
