import { UsageError } from '../../src/errors.ts';
import type { Model } from '../../src/graph/model.ts';

/**
 * Channels, height and width of the pictures that a network takes.
 *
 * @throws UsageError if it takes something else, or leaves its size open
 */
export function inputShapeOf({ graph }: Model): [channels: number, height: number, width: number] {
  const shape = graph.inputs[0]?.shape ?? [];
  const [, channels, height, width] = shape;
  const known = typeof channels === 'number' && typeof height === 'number' && typeof width === 'number';
  if (graph.inputs.length === 1 && shape.length === 4 && known && (channels === 1 || channels === 3)) {
    return [channels, height, width];
  }
  throw new UsageError({
    where: `input '${graph.inputs[0]?.name}'`,
    expected: 'one input of pictures, [N, 1 or 3, height, width] of known size',
    got: graph.inputs.map((input) => `[${input.shape?.join(', ') ?? 'unknown'}]`).join(' and '),
    remedy: 'Use the command line for other networks',
  });
}
