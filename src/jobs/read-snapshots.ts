import { DataError } from '../errors.ts';
import { readNpy } from '../files/read-npy.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import type { ComplexVector } from '../signals/complex-matrix.ts';
import { countOf, type PerAxis } from '../signals/sensor-array.ts';

/**
 * Reads snapshots of an array: complex numbers [N, …sensors], or one snapshot [\u2026sensors], as `.npy`.
 *
 * @throws DataError for another number of sensors, real numbers, or numbers that are not finite
 */
export async function readSnapshots(path: string, sensors: PerAxis): Promise<ComplexVector[]> {
  const { shape, complex, data } = await readNpy(path);
  const expected = `complex snapshots [N, ${sensors.join(', ')}]`;
  if (!complex) {
    throw new DataError({
      where: path,
      expected,
      got: `real numbers [${shape.join(', ')}]`,
      remedy: 'Save in-phase and quadrature parts as one array, x = i + 1j * q, of complex64 or complex128',
    });
  }
  const axes = shape.slice(0, -1);
  const single = axes.length === sensors.length;
  const own = single ? axes : axes.slice(1);
  if (own.join() !== sensors.join() || countOf(axes) === 0) {
    throw new DataError({
      where: path,
      expected: `${expected}, as many sensors as the network was trained for`,
      got: `complex numbers [${axes.join(', ')}]`,
      remedy: 'Give snapshots of that array, or train a network for yours',
    });
  }
  const numbers = Float64Array.from(data as Float32Array | Float64Array);
  const size = countOf(sensors);
  const wrong = firstNonFinite(numbers);
  if (wrong >= 0) {
    const sensor = Math.floor(wrong / 2);
    throw new DataError({
      where: `${path}: snapshot ${Math.floor(sensor / size)}, sensor ${sensor % size}`,
      expected: 'finite numbers',
      got: String(numbers[wrong]),
      remedy: 'Leave such snapshots out, or fill their gaps',
    });
  }
  const part = (first: number, offset: number) =>
    Float64Array.from({ length: size }, (_, m) => numbers[2 * (first + m) + offset]!);
  return Array.from({ length: numbers.length / 2 / size }, (_, i) => ({
    re: part(i * size, 0),
    im: part(i * size, 1),
  }));
}
