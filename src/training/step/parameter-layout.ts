import { sizeOf } from '../../graph/shape.ts';
/** Place of one tensor in a flat vector. */
export interface LayoutEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** First element. */
  readonly offset: number;
  /** Number of elements. */
  readonly size: number;
}

/** How tensors lie one after the other in a flat float32 vector. */
export interface ParameterLayout {
  readonly entries: readonly LayoutEntry[];
  /** Number of elements of all tensors. */
  readonly size: number;
}

/** Lays tensors out in the given order. */
export function layOut(
  tensors: Iterable<readonly [name: string, shape: readonly number[]]>,
): ParameterLayout {
  const entries: LayoutEntry[] = [];
  let offset = 0;
  for (const [name, shape] of tensors) {
    const size = sizeOf(shape);
    entries.push({ name, shape, offset, size });
    offset += size;
  }
  return { entries, size: offset };
}

/** The tensor of the layout that the element at a place of the vector belongs to. */
export function entryAt({ entries }: ParameterLayout, place: number): LayoutEntry | undefined {
  return entries.find(({ offset, size }) => place >= offset && place < offset + size);
}
