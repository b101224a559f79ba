import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';

/** Fractions of the largest weight that are tried as the largest that is represented. */
const fractions = Array.from({ length: 12 }, (_, i) => 0.9 ** i);

/**
 * Weights quantised symmetrically to b bits, with one scale for each output channel, and read again: whole numbers
 * −(2^(b−1) − 1)…2^(b−1) − 1 times the scale. The scale minimises the squared error of its channel; with 8 bits it is
 * that of the largest weight.
 *
 * @param axis of the output channels; `undefined` for one scale for all
 */
export function quantiseWeights(weights: Tensor, axis: number | undefined, bits: number): Tensor {
  const numbers = weights.toFloat32();
  const result = new Float32Array(numbers.length);
  const channels = axis === undefined ? 1 : weights.shape[axis]!;
  const inner = axis === undefined ? numbers.length : sizeOf(weights.shape.slice(axis + 1));
  const most = 2 ** (bits - 1) - 1;
  const values = new Float32Array(numbers.length / channels);
  for (let channel = 0; channel < channels; channel++) {
    const at = (i: number) => (Math.floor(i / inner) * channels + channel) * inner + (i % inner);
    for (let i = 0; i < values.length; i++) values[i] = numbers[at(i)]!;
    const scale = scaleOf(values, most, bits);
    for (let i = 0; i < values.length; i++) result[at(i)] = scale * codeOf(values[i]!, 1 / scale, most);
  }
  return Tensor.float32(weights.shape, result);
}

/** The whole number that stands for a weight. */
function codeOf(value: number, inverse: number, most: number): number {
  // Math.round, several times faster.
  const code = Math.floor(value * inverse + 0.5);
  return code > most ? most : code < -most ? -most : code;
}

function scaleOf(values: Float32Array, most: number, bits: number): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  if (bits >= 8) return largest / most;
  let best = { scale: largest / most, error: Number.POSITIVE_INFINITY };
  for (const fraction of fractions) {
    const scale = (fraction * largest) / most;
    const inverse = 1 / scale;
    let error = 0;
    for (let i = 0; i < values.length; i++) {
      const difference = scale * codeOf(values[i]!, inverse, most) - values[i]!;
      error += difference * difference;
    }
    if (error < best.error) best = { scale, error };
  }
  return best.scale;
}
