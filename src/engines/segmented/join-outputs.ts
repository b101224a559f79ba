import { concatenate, type FloatTensor } from '../../graph/float-tensor.ts';
import { lookUp } from '../../look-up.ts';

/**
 * Joins the outputs of the parts of a batch. Values keep their steps outermost; counts are added.
 *
 * @param ownAxis names of outputs [T, N, …]; all others are [T·N, …]
 * @param counts names of outputs that are sums over images, [T]
 */
export function joinOutputs(
  parts: readonly ReadonlyMap<string, FloatTensor>[],
  steps: number,
  ownAxis: ReadonlySet<string>,
  counts: ReadonlySet<string>,
): Map<string, FloatTensor> {
  const [first, ...others] = parts as [
    ReadonlyMap<string, FloatTensor>,
    ...ReadonlyMap<string, FloatTensor>[],
  ];
  if (others.length === 0) return new Map(first);
  return new Map(
    [...first.keys()].map((name): [string, FloatTensor] => {
      const all = parts.map((part) => lookUp(part, name, 'output'));
      if (counts.has(name)) return [name, { shape: [steps], data: addSteps(all, steps) }];
      return [name, ownAxis.has(name) ? concatenate(all, 1) : joinSteps(all, steps)];
    }),
  );
}

function addSteps(parts: readonly FloatTensor[], steps: number): Float64Array {
  const sums = new Float64Array(steps);
  for (const { data } of parts) {
    const size = data.length / steps;
    for (let i = 0; i < data.length; i++) sums[Math.floor(i / size)]! += data[i]!;
  }
  return sums;
}

/** Joins values [T·N, …] step by step. */
function joinSteps(parts: readonly FloatTensor[], steps: number): FloatTensor {
  const byStep = parts.map(({ data }) => ({ shape: [steps, data.length / steps], data }));
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return { shape: [rows, ...parts[0]!.shape.slice(1)], data: concatenate(byStep, 1).data };
}
