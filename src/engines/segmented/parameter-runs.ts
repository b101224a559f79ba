import type { Parameters } from '../../dynamics/define-neuron.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { Tensor } from '../../graph/tensor.ts';

/** Neighbouring neurons with the same parameters. */
export interface ParameterRun {
  /** Number of neurons before them in a step. */
  readonly start: number;
  readonly count: number;
  readonly parameters: Parameters;
}

/**
 * Splits the neurons of one step into stretches with the same parameters: one stretch where all are scalars, one for
 * each image and channel where they go by channel. Neighbours that happen to be alike are one stretch.
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
  const varies = dims.map((_, axis) => fields.some(({ strides }) => strides[axis]! > 0));
  const split = varies.lastIndexOf(true) + 1;
  const first = split === 0 ? 0 : varies.indexOf(true);
  // From the first axis that matters to the last one; the same pattern again for each index before.
  const pattern = dims.slice(first, split);
  const count = sizeOf(dims.slice(split));
  const stretches = Array.from({ length: sizeOf(pattern) }, (_, i): ParameterRun => {
    const index = unravel(i, pattern);
    const values = fields.map(({ name, values: numbers, strides }): [string, number] => [
      name,
      numbers[index.reduce((sum, at, axis) => sum + at * strides[first + axis]!, 0)]!,
    ]);
    return { start: i * count, count, parameters: Object.fromEntries(values) };
  }).reduce(joinAlike, []);
  const period = sizeOf(pattern) * count;
  return Array.from({ length: sizeOf(dims.slice(0, first)) }, (_, i) => i * period).flatMap((offset) =>
    stretches.map((stretch) => ({ ...stretch, start: offset + stretch.start })),
  );
}

/** Adds a stretch, to the last one if that has the same parameters. */
function joinAlike(stretches: ParameterRun[], next: ParameterRun): ParameterRun[] {
  const last = stretches.at(-1);
  const alike =
    last && Object.entries(next.parameters).every(([name, value]) => last.parameters[name] === value);
  if (alike) stretches[stretches.length - 1] = { ...last, count: last.count + next.count };
  else stretches.push(next);
  return stretches;
}

/** Elements from one index to the next on each axis of `dims`; 0 where the tensor is repeated. */
function broadcastStrides(shape: readonly number[], dims: readonly number[]): number[] {
  const missing = dims.length - shape.length;
  return dims.map((_, axis) => {
    const own = axis - missing;
    if (own < 0 || shape[own] === 1) return 0;
    return sizeOf(shape.slice(own + 1));
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
