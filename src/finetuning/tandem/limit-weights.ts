import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { dequantise, quantiseWeights } from '../../quantisers/weight-quantiser.ts';

/** What hardware holds of a layer's weights. */
export interface WeightLimits {
  /** Bits of a weight, 2…8. Default: as they are. */
  readonly weightBits?: number | undefined;
  /** Largest number of inputs of one neuron; the others' weights become 0. Default: all. */
  readonly fanIn?: number | undefined;
}

/** Weights within the limits: of each neuron those with the largest magnitudes stay, then they are rounded. */
export function limitWeights(
  weights: Tensor,
  axis: number | undefined,
  { weightBits, fanIn }: WeightLimits,
): Tensor {
  const kept = fanIn === undefined || axis === undefined ? weights : largest(weights, axis, fanIn);
  return weightBits === undefined ? kept : dequantise(quantiseWeights(kept, axis, weightBits));
}

/** Of each channel the `count` weights of largest magnitude, the first of equal ones; 0 for the others. */
function largest(weights: Tensor, axis: number, count: number): Tensor {
  const values = weights.toFloat32().slice();
  const channels = weights.shape[axis] ?? 1;
  const inner = sizeOf(weights.shape.slice(axis + 1));
  const places: number[][] = Array.from({ length: channels }, () => []);
  for (let i = 0; i < values.length; i++) places[Math.floor(i / inner) % channels]?.push(i);
  const magnitude = (place: number) => Math.abs(values[place] ?? 0);
  for (const own of places) {
    own.sort((a, b) => magnitude(b) - magnitude(a) || a - b);
    for (const place of own.slice(count)) values[place] = 0;
  }
  return Tensor.float32(weights.shape, values);
}
