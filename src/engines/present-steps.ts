import type { InputTensor } from '../graph/input-batch.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Presentation } from '../spiking/inputs-over-time.ts';

/**
 * What a network sees at every step of an input over time, in float32: as the operators in the graph compute it, bit for bit. Hidden
 * steps, which come first, see the mean over all steps.
 *
 * @param input [N, T, …]
 * @returns [N, …] of each step
 */
export function presentSteps(
  { shape, data }: InputTensor,
  presentation: Presentation,
  { hiddenSteps = 0 }: { readonly hiddenSteps?: number },
): Float32Array[] {
  const [samples = 1, steps = 1, ...rest] = shape;
  const size = sizeOf(rest);
  const means = new Float32Array(samples * size);
  const sums = new Float32Array(samples * size);
  const shown: Float32Array[] = [];
  for (let step = 0; step < steps; step++) {
    const current = new Float32Array(samples * size);
    for (let sample = 0; sample < samples; sample++) {
      const from = (sample * steps + step) * size;
      for (let i = 0; i < size; i++) current[sample * size + i] = Number(data[from + i]);
    }
    for (let i = 0; i < sums.length; i++) {
      sums[i] = (sums[i] ?? 0) + (current[i] ?? 0);
      means[i] = (sums[i] ?? 0) / (step + 1);
    }
    shown.push(presentation === 'current' ? current : means.slice());
  }
  return [...Array<Float32Array>(hiddenSteps).fill(means), ...shown];
}
