import { DataError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';

/**
 * The numbers of a target that has the lengths of a shape but for axes of length 1.
 *
 * @throws DataError if it has others
 */
export function requireTargetShape(
  { shape, data }: FloatTensor,
  wanted: readonly number[],
): FloatTensor['data'] {
  const long = (lengths: readonly number[]) => lengths.filter((length) => length !== 1).join(', ');
  if (long(shape) === long(wanted)) return data;
  throw new DataError({
    where: 'target of an image',
    expected: `the shape [${wanted.join(', ')}], as the output has it`,
    got: `[${shape.join(', ')}]`,
    remedy: 'Give targets that belong to this network, or another task or output',
    means: ['labels', 'task', 'output'],
  });
}
