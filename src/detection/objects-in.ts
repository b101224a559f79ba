import { objectColumns } from '../data/object-columns.ts';
import { DataError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { TrueObject } from './detection.ts';

/** What is there by a target [G, {@link objectColumns}]. */
export function objectsIn({ shape, data }: FloatTensor, classes: number): TrueObject[] {
  const columns = objectColumns.length;
  if (shape.length !== 2 || shape[1] !== columns) {
    throw new DataError({
      where: 'target of an image',
      expected: `objects [number, ${columns}]: ${objectColumns.join(', ')}`,
      got: `[${shape.join(', ')}]`,
      remedy: 'Give boxes as a COCO file or an .npz file, or another task',
      means: ['labels', 'task'],
    });
  }
  return Array.from({ length: shape[0]! }, (_, i) => {
    const [left, top, right, bottom, crowd, ignored, position, id, known] = data.subarray(
      i * columns,
      (i + 1) * columns,
    ) as unknown as [number, number, number, number, number, number, number, number, number];
    // A network with another number of classes than the data has numbers its classes by the ids themselves.
    const name = known === classes ? position : id;
    return { box: [left, top, right, bottom], class: name, crowd: crowd > 0, ignored: ignored > 0 };
  });
}
