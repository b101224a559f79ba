import { UsageError } from '../errors.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { ComplexMatrix } from '../signals/complex-matrix.ts';
import { countOf, requireArray, type SensorArray, tapPlaces } from '../signals/sensor-array.ts';

/** One layer of an unrolled network: x ← code(T·x + W·y). */
export interface UnrolledLayer {
  /** W [grid, sensors]. */
  readonly input: ComplexMatrix;
  /** T [grid, grid]; absent in the first layer, where x is 0. */
  readonly coupling?: ComplexMatrix | undefined;
  readonly threshold: number;
}

/** Array and grid that a network was made for. @throws UsageError if it does not read snapshots */
export function arrayOf({ graph }: Model, where: string): SensorArray {
  const [, channels, ...sensors] = graph.inputs[0]?.shape ?? [];
  const [, parts, ...grid] = graph.outputs[0]?.shape ?? [];
  const counted = (lengths: readonly Dimension[]) => lengths.every((each) => typeof each === 'number');
  if (channels === 2 && parts === 2 && graph.inputs.length === 1 && counted(sensors) && counted(grid)) {
    const array = { sensors: sensors.map(Number), grid: grid.map(Number) };
    requireArray(array);
    return array;
  }
  throw new UsageError({
    where,
    expected: 'a network from snapshots [N, 2, …sensors] to amplitudes on a grid [N, 2, …grid]',
    got: `[${graph.inputs[0]?.shape?.join(', ')}] to [${graph.outputs[0]?.shape?.join(', ')}]`,
    remedy: 'Give one that was trained with a recipe such as harmonic-1d',
  });
}

/** The layers of an unrolled network without momentum; undefined for another network. */
export function unrolledLayers(
  { graph }: Model,
  { sensors, grid }: SensorArray,
): UnrolledLayer[] | undefined {
  const numbers = (name: string) => graph.initializers.get(name)?.toFloat32();
  const [seen, points] = [countOf(sensors), countOf(grid)];
  const layers: UnrolledLayer[] = [];
  for (let i = 0; ; i++) {
    const path = `layers.${i}`;
    const [input, threshold] = [numbers(`${path}.input`), numbers(`${path}.threshold`)];
    if (!input || !threshold) break;
    if (numbers(`${path}.momentum`)) return undefined;
    const [kernel, matrix] = [numbers(`${path}.kernel`), numbers(`${path}.matrix`)];
    const coupling = kernel ? fromTaps(kernel, grid) : matrix && halves(points, points, matrix);
    layers.push({ input: halves(points, seen, input), coupling, threshold: threshold[0]! });
  }
  return layers.length === 0 ? undefined : layers;
}

function halves(rows: number, columns: number, values: Float32Array): ComplexMatrix {
  const size = rows * columns;
  return new ComplexMatrix(rows, columns, {
    re: Float64Array.from(values.subarray(0, size)),
    im: Float64Array.from(values.subarray(size)),
  });
}

function fromTaps(taps: Float32Array, grid: readonly number[]): ComplexMatrix {
  const places = Uint32Array.from(tapPlaces(grid));
  const points = countOf(grid);
  const half = taps.length / 2;
  return new ComplexMatrix(points, points, {
    re: Float64Array.from(places, (place) => taps[place]!),
    im: Float64Array.from(places, (place) => taps[half + place]!),
  });
}
