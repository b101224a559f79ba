import { UsageError } from '../errors.ts';
import { ComplexMatrix, type ComplexVector, complexZeros } from './complex-matrix.ts';

/** One number for each axis of a uniform array: sensors, points of a grid, a frequency. */
export type PerAxis = readonly number[];

/** A uniform array of one to three axes, half a wavelength between sensors, and the grid on which sources are looked for. */
export interface SensorArray {
  /** Sensors M of each axis. */
  readonly sensors: PerAxis;
  /** Points N ≥ M of the grid of each axis: frequencies −½ + n/N. */
  readonly grid: PerAxis;
}

/** Product of the lengths of all axes. */
export function countOf(lengths: PerAxis): number {
  return lengths.reduce((product, length) => product * length, 1);
}

/** Most sources that are looked for: one for two sensors. */
export function mostSources(sensors: PerAxis): number {
  return Math.floor(countOf(sensors) / 2);
}

/** @throws UsageError that says what is wrong with an array */
export function requireArray({ sensors, grid }: SensorArray): void {
  const fits =
    sensors.length >= 1 &&
    sensors.length <= 3 &&
    grid.length === sensors.length &&
    sensors.every((count, axis) => Number.isInteger(count) && count >= 2 && (grid[axis] ?? 0) >= count) &&
    grid.every(Number.isInteger);
  if (fits) return;
  throw new UsageError({
    where: 'sensor array',
    expected:
      'one to three axes of at least two sensors each, and a grid with at least as many points an axis',
    got: `sensors ${sensors.join(' × ')}, grid ${grid.join(' × ')}`,
    remedy: 'Give sensors and grid with the same number of axes',
  });
}

/**
 * Position of each sensor of an axis in units of their distance, **centred**: m − (M − 1)/2. Counted from 0 instead, the amplitude of a
 * source between two grid points has another phase at either of them.
 */
export function positionsOf(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, m) => m - (count - 1) / 2);
}

/** Places of an array or grid as one index for each axis, the last axis fastest. */
export function* placesOf(lengths: PerAxis): Generator<number[]> {
  const count = countOf(lengths);
  for (let flat = 0; flat < count; flat++) yield placeAt(lengths, flat);
}

/** The index on each axis of a place. */
export function placeAt(lengths: PerAxis, flat: number): number[] {
  const place = new Array<number>(lengths.length);
  for (let axis = lengths.length - 1, rest = flat; axis >= 0; axis--) {
    place[axis] = rest % lengths[axis]!;
    rest = Math.floor(rest / lengths[axis]!);
  }
  return place;
}

/** The frequency of each axis at a place of the grid: −½ + n/N. */
export function frequencyAt(grid: PerAxis, flat: number): number[] {
  return placeAt(grid, flat).map((n, axis) => -0.5 + n / grid[axis]!);
}

/** What the sensors see of a source of amplitude 1: exp(2πj·Σ position·frequency). */
export function steeringVector(sensors: PerAxis, frequency: PerAxis): ComplexVector {
  const waves = sensors.map((count, axis) =>
    positionsOf(count).map((p) => 2 * Math.PI * p * frequency[axis]!),
  );
  const made = complexZeros(countOf(sensors));
  let flat = 0;
  for (const place of placesOf(sensors)) {
    let phase = 0;
    for (const [axis, m] of place.entries()) phase += waves[axis]![m]!;
    made.re[flat] = Math.cos(phase);
    made.im[flat++] = Math.sin(phase);
  }
  return made;
}

/** A [sensors, grid points]: a steering vector for each point of the grid. ‖A‖² is the number of grid points. */
export function dictionary({ sensors, grid }: SensorArray): ComplexMatrix {
  const points = Array.from({ length: countOf(grid) }, (_, n) =>
    steeringVector(sensors, frequencyAt(grid, n)),
  );
  return ComplexMatrix.ofColumns(points);
}

/**
 * AᴴA as the kernel of a convolution: g[i − j + N − 1] on each axis, [2N − 1, …]. It is real, since positions are centred, and for an
 * even number of sensors negacyclic: only a convolution padded with zeros is right.
 */
export function gramKernel({ sensors, grid }: SensorArray): Float64Array {
  const lengths = grid.map((count) => 2 * count - 1);
  const lines = grid.map((count, axis) => {
    const positions = positionsOf(sensors[axis]!);
    return Float64Array.from({ length: 2 * count - 1 }, (_, i) =>
      positions.reduce((sum, p) => sum + Math.cos((2 * Math.PI * p * (i - count + 1)) / count), 0),
    );
  });
  return Float64Array.from(placesOf(lengths), (place) =>
    place.reduce((product, i, axis) => product * lines[axis]![i]!, 1),
  );
}

/**
 * Which tap of a kernel [2N − 1, …] joins two places of a grid in a convolution as ONNX counts: j − i + N − 1 on each axis. Row by row: i is the
 * place of the result, j that of the input.
 */
export function* tapPlaces(grid: PerAxis): Generator<number> {
  const points = countOf(grid);
  const places = [...placesOf(grid)];
  for (let i = 0; i < points; i++) {
    for (let j = 0; j < points; j++) {
      let flat = 0;
      for (const [axis, n] of grid.entries())
        flat = flat * (2 * n - 1) + places[j]![axis]! - places[i]![axis]! + n - 1;
      yield flat;
    }
  }
}
