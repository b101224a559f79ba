import type { FloatTensor } from '../graph/float-tensor.ts';

/**
 * What is told of an object that is there: corners as shares of the picture's width and height; 1 for a crowd, 1 for an object that need not be
 * found; its class by its position among those of the data and by its id; and how many classes the data have.
 */
export const objectColumns = [
  'left',
  'top',
  'right',
  'bottom',
  'crowd',
  'ignored',
  'class',
  'id',
  'classes',
] as const;

/** An object by the columns that a target has of it. */
export type ObjectRow = Readonly<Record<(typeof objectColumns)[number], number>>;

/** The target of a sample with these objects, [number, columns]. */
export function objectTarget(rows: readonly ObjectRow[]): FloatTensor {
  return {
    shape: [rows.length, objectColumns.length],
    data: Float64Array.from(rows.flatMap((row) => objectColumns.map((column) => row[column]))),
  };
}
