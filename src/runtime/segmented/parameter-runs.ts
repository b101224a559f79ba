import type { Tensor } from '../../graph/tensor.ts';
import type { Parameters } from '../../neurons/define-neuron.ts';

/** Neighbouring neurons with the same parameters. */
export interface ParameterRun {
  /** Number of neurons before them in a step. */
  readonly start: number;
  readonly count: number;
  readonly parameters: Parameters;
}

/**
 * Splits the neurons of one step into stretches with the same parameters: one stretch where all are scalars, one for
 * each image and channel where they go by channel.
 *
 * @param dims shape of the site [N, …], which the parameters are broadcast to
 */
export function parameterRuns(
  parameters: Readonly<Record<string, Tensor>>,
  dims: readonly number[],
): ParameterRun[] {
  const fields = Object.entries(parameters).map(([name, tensor]) => ({
    name,
    values: tensor.toNumbers(),
    strides: broadcastStrides(tensor.shape, dims),
  }));
  const split = Math.max(
    0,
    ...fields.map(({ strides }) => strides.findLastIndex((stride) => stride > 0) + 1),
  );
  const count = product(dims.slice(split));
  const outer = product(dims.slice(0, split));
  return Array.from({ length: outer }, (_, i) => {
    const index = unravel(i, dims.slice(0, split));
    const values = fields.map((field): [string, number] => [
      field.name,
      field.values[index.reduce((sum, at, axis) => sum + at * field.strides[axis]!, 0)]!,
    ]);
    return { start: i * count, count, parameters: Object.fromEntries(values) };
  });
}

/** Elements from one index to the next on each axis of `dims`; 0 where the tensor is repeated. */
function broadcastStrides(shape: readonly number[], dims: readonly number[]): number[] {
  const missing = dims.length - shape.length;
  return dims.map((_, axis) => {
    const own = axis - missing;
    if (own < 0 || shape[own] === 1) return 0;
    return product(shape.slice(own + 1));
  });
}

function unravel(index: number, dims: readonly number[]): number[] {
  let rest = index;
  return dims
    .toReversed()
    .map((length) => {
      const at = rest % length;
      rest = (rest - at) / length;
      return at;
    })
    .reverse();
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a * b, 1);
}
