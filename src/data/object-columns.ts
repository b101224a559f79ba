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

/** A part of a picture, as shares of its width and height; what lies beyond the picture is below 0 or above 1. */
export interface PicturePart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The target of a sample that is the objects in it, [number, columns]. */
export class ObjectTarget implements FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly #rows: readonly ObjectRow[];

  constructor(rows: readonly ObjectRow[]) {
    this.#rows = rows;
    this.shape = [rows.length, objectColumns.length];
    this.data = Float64Array.from(rows.flatMap((row) => objectColumns.map((column) => row[column])));
  }

  /** The objects that a part of the picture shows, cut off at its edges, as shares of the part. */
  inPart({ left, top, width, height }: PicturePart): ObjectTarget {
    const share = (value: number, from: number, length: number) =>
      Math.min(Math.max((value - from) / length, 0), 1);
    const rows = this.#rows.map((row) => ({
      ...row,
      left: share(row.left, left, width),
      top: share(row.top, top, height),
      right: share(row.right, left, width),
      bottom: share(row.bottom, top, height),
    }));
    return new ObjectTarget(rows.filter((row) => row.right > row.left && row.bottom > row.top));
  }
}

/** The target of a sample with these objects. */
export function objectTarget(rows: readonly ObjectRow[]): ObjectTarget {
  return new ObjectTarget(rows);
}
