import type { NpyArray } from '../../src/formats/npy.ts';

/** The numbers of an array of float64; none where there is no array. */
export function npyToFloat64(array: NpyArray | undefined): Float64Array {
  return Float64Array.from((array?.data ?? []) as Iterable<number | bigint>, Number);
}
