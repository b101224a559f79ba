import type { Tensor } from '../graph/tensor.ts';
import type { Report } from './problem-line.ts';

/**
 * The shape of a tensor from which sizes are taken. A tensor that is missing or has another rank is reported; ones then
 * stand in for its lengths.
 */
export function shapeOf(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  rank: number,
  report: Report,
): readonly number[] {
  const shape = tensors.get(name)?.shape;
  if (shape?.length === rank && shape.every((length) => length > 0)) return shape;
  report({
    where: `tensor '${name}'`,
    expected: `${rank} axes, to take the network's sizes from`,
    got: shape ? `shape [${shape.join(', ')}]` : 'no such tensor',
    remedy: 'Export or download the weights again',
  });
  return new Array<number>(rank).fill(1);
}
