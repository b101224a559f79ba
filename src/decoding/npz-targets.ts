import { type ObjectRow, objectTarget } from '../data/object-columns.ts';
import { DataError, listProblems } from '../errors.ts';
import { type NpyArray, npyToFloat32 } from '../formats/npy.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';

/**
 * Objects of the samples from the arrays of an `.npz` file: `boxes` [M, 4], left, top, right, bottom as shares of width and height, or in the
 * unit of `size` [2], width and height; `classes` [M]; `images` [M], the number of the sample from 0 on; perhaps `crowd` and `ignored` [M].
 *
 * @throws DataError that lists the arrays that are not so
 */
export function npzTargets(
  arrays: ReadonlyMap<string, NpyArray>,
  where: string,
  count: number,
): FloatTensor[] {
  const problems = problemsOf(arrays, count);
  if (problems.length > 0) {
    throw new DataError(listProblems(`${where}: no objects of ${count} samples. Correct:`, problems));
  }
  const column = (name: string) => {
    const array = arrays.get(name);
    const data = array && npyToFloat32(array);
    return (i: number) => data?.[i] ?? 0;
  };
  const [boxes, classes, images] = [column('boxes'), column('classes'), column('images')];
  const [crowd, ignored] = [column('crowd'), column('ignored')];
  const size = arrays.has('size') ? column('size') : () => 1;
  const rows = Array.from({ length: count }, () => [] as ObjectRow[]);
  for (let i = 0; i < objectsOf(arrays); i++) {
    rows[images(i)]!.push({
      left: boxes(4 * i) / size(0),
      top: boxes(4 * i + 1) / size(1),
      right: boxes(4 * i + 2) / size(0),
      bottom: boxes(4 * i + 3) / size(1),
      crowd: crowd(i),
      ignored: ignored(i),
      class: classes(i),
      id: classes(i),
      classes: 0,
    });
  }
  return rows.map(objectTarget);
}

function objectsOf(arrays: ReadonlyMap<string, NpyArray>): number {
  return arrays.get('boxes')?.shape[0] ?? 0;
}

function problemsOf(arrays: ReadonlyMap<string, NpyArray>, count: number): string[] {
  const objects = objectsOf(arrays);
  const wanted = { boxes: [objects, 4], classes: [objects], images: [objects] };
  const optional = { crowd: [objects], ignored: [objects], size: [2] };
  const problems = Object.entries({ ...wanted, ...optional }).flatMap(([name, shape]) => {
    const got = arrays.get(name)?.shape;
    if (!got && name in optional) return [];
    const [expected, found] = [shape, got].map((each) => (each ? `[${each.join(', ')}]` : 'none'));
    return expected === found ? [] : [`array '${name}': expected ${expected}, got ${found}`];
  });
  if (problems.length > 0) return problems;
  const images = Array.from(npyToFloat32(arrays.get('images')!));
  const odd = images.find((image) => !Number.isInteger(image) || image < 0 || image >= count);
  return odd === undefined
    ? []
    : [`array 'images': expected numbers of samples from 0 to ${count - 1}, got ${odd}`];
}
