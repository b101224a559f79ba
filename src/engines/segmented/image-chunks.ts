import type { FloatTensor } from '../../graph/float-tensor.ts';

/** Some images of a batch, without copying. */
export function sliceImages({ shape, data }: FloatTensor, from: number, count: number): FloatTensor {
  const size = data.length / shape[0]!;
  return { shape: [count, ...shape.slice(1)], data: data.subarray(from * size, (from + count) * size) };
}

/**
 * Joins the outputs of the parts of a batch. Values keep their steps outermost; counts are added.
 *
 * @param logits name of the output [T, N, …]; all others are [T·N, …]
 * @param counts names of outputs that are sums over images, [T]
 */
export function joinImages(
  parts: readonly ReadonlyMap<string, FloatTensor>[],
  steps: number,
  logits: string,
  counts: ReadonlySet<string>,
): Map<string, FloatTensor> {
  const [first, ...others] = parts as [
    ReadonlyMap<string, FloatTensor>,
    ...ReadonlyMap<string, FloatTensor>[],
  ];
  if (others.length === 0) return new Map(first);
  return new Map(
    [...first].map(([name, { shape }]): [string, FloatTensor] => {
      const all = parts.map((part) => part.get(name)!);
      if (counts.has(name)) return [name, { shape: [steps], data: addSteps(all, steps) }];
      const axis = name === logits ? 1 : 0;
      return [name, { shape: joinedShape(all, shape, axis), data: interleave(all, steps) }];
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

function interleave(parts: readonly FloatTensor[], steps: number): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (let t = 0; t < steps; t++) {
    for (const { data } of parts) {
      const size = data.length / steps;
      joined.set(data.subarray(t * size, (t + 1) * size), at);
      at += size;
    }
  }
  return joined;
}

function joinedShape(parts: readonly FloatTensor[], shape: readonly number[], axis: number): number[] {
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return shape.map((length, i) => (i === axis ? total : length));
}
