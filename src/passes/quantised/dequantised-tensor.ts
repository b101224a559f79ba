import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';

/** How integers stand for numbers: (q − zero point)·scale, with one pair for all, for each place of an axis, or for each block. */
export interface Quantisation {
  readonly scale: Tensor;
  readonly zeroPoint: Tensor | undefined;
  readonly axis: number;
  /** Places of the axis that share a pair; 0 for none. */
  readonly blockSize: number;
}

/** The numbers that quantised weights stand for. */
export function dequantisedTensor(quantised: Tensor, by: Quantisation): Tensor {
  const integers = quantised.toNumbers();
  const scales = by.scale.toNumbers();
  const zeros = by.zeroPoint?.toNumbers();
  const pairOf = pairPositions(quantised.shape, by);
  const values = new Float32Array(integers.length);
  for (let i = 0; i < values.length; i++) {
    const pair = pairOf(i);
    values[i] = (integers[i]! - (zeros?.[pair] ?? 0)) * scales[pair]!;
  }
  return Tensor.float32(quantised.shape, values);
}

/** The integers nearest to numbers, as a QuantizeLinear gives them, put back: what weights are after both. */
export function requantisedTensor(
  weights: Tensor,
  by: Quantisation,
  [lowest, highest]: readonly [number, number],
): Tensor {
  const numbers = weights.toNumbers();
  const scales = by.scale.toNumbers();
  const zeros = by.zeroPoint?.toNumbers();
  const pairOf = pairPositions(weights.shape, by);
  const values = new Float32Array(numbers.length);
  for (let i = 0; i < values.length; i++) {
    const pair = pairOf(i);
    const zero = zeros?.[pair] ?? 0;
    const integer = roundHalfToEven(numbers[i]! / scales[pair]!) + zero;
    values[i] = (Math.min(Math.max(integer, lowest), highest) - zero) * scales[pair]!;
  }
  return Tensor.float32(weights.shape, values);
}

/** Which pair of scale and zero point belongs to an element. */
function pairPositions(
  shape: readonly number[],
  { scale, axis, blockSize }: Quantisation,
): (element: number) => number {
  if (scale.size === 1) return () => 0;
  const at = axis < 0 ? axis + shape.length : axis;
  const inner = sizeOf(shape.slice(at + 1));
  const length = shape[at]!;
  if (blockSize === 0) return (element) => Math.floor(element / inner) % length;
  const blocks = scale.shape[at]!;
  return (element) => {
    const outer = Math.floor(element / (inner * length));
    const block = Math.floor((Math.floor(element / inner) % length) / blockSize);
    return (outer * blocks + block) * inner + (element % inner);
  };
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
