import { RuntimeError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { printShape } from '../graph/print-graph.ts';
import { sizeOf } from '../graph/shape.ts';

/**
 * Scores of classes as rows, the one rule for whatever reads them: an output that has one axis longer than 1 behind the leading ones,
 * such as [N, classes, 1, 1] of a fully convolutional network.
 *
 * @param output of a network: [N, …], or [T, N, …] over time
 * @param leading number of axes before those of one image: 1, or 2 over time
 * @returns the same numbers as [rows, classes]
 * @throws RuntimeError for a single number an image, and for one with scores at several places: their best class would be that
 * of a place, not of the image
 */
export function classRows({ shape, data }: FloatTensor, leading: 1 | 2): FloatTensor {
  const image = shape.slice(leading);
  const classes = sizeOf(image);
  if (classes > 1 && image.filter((length) => length !== 1).length === 1) {
    return { shape: [sizeOf(shape.slice(0, leading)), classes], data };
  }
  throw new RuntimeError({
    where: 'output of the network',
    expected: 'scores of classes, [N, classes], for accuracy and agreement to be measured',
    got: `${printShape(['N', ...image])}, ${classes === 1 ? 'one number an image' : 'scores at several places of an image'}`,
    remedy: 'Run the network instead, and compare its numbers with those of the source',
  });
}
