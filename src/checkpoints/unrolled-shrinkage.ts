import { Tensor } from '../graph/tensor.ts';
import {
  countOf,
  dictionary,
  gramKernel,
  requireArray,
  type SensorArray,
  tapPlaces,
} from '../signals/sensor-array.ts';

/** Sizes and start values of an unrolled network of shrinkage. */
export interface UnrolledShrinkage extends SensorArray {
  readonly layers: number;
  /** `toeplitz`: what joins two points of the grid depends on their distance; `dense`: it is free. */
  readonly structure: 'toeplitz' | 'dense';
  /** θ of each layer: λ/‖A‖². */
  readonly threshold: number;
  /** How far each layer from the third on goes on in the last direction, as FISTA does; default: not at all. */
  readonly momenta?: readonly number[] | undefined;
}

/**
 * The network that computes iterative shrinkage exactly, as a checkpoint of architecture `s-lista`: T = I − μAᴴA, W = μAᴴ with
 * μ = 1/‖A‖², in every layer; with FISTA's momenta it computes FISTA.
 */
export function unrolledShrinkage(settings: UnrolledShrinkage): {
  tensors: Map<string, Tensor>;
  config: Record<string, unknown>;
} {
  requireArray(settings);
  const { sensors, grid, layers, structure, threshold, momenta } = settings;
  const tensors = new Map<string, Tensor>();
  const input = projection(settings);
  const coupling = structure === 'toeplitz' ? toeplitzTaps(settings) : toeplitzMatrix(settings);
  for (let i = 0; i < layers; i++) {
    tensors.set(`layers.${i}.input`, input);
    tensors.set(`layers.${i}.threshold`, Tensor.float32([], [threshold]));
    if (i > 0) tensors.set(`layers.${i}.${structure === 'toeplitz' ? 'kernel' : 'matrix'}`, coupling);
    if (i > 1 && momenta) tensors.set(`layers.${i}.momentum`, Tensor.float32([], [momenta[i] ?? 0]));
  }
  return { tensors, config: { architecture: 's_lista', sensors: [...sensors], grid: [...grid] } };
}

/** μAᴴ: [2, grid, sensors]. */
function projection(array: SensorArray): Tensor {
  const { re, im, rows, columns } = dictionary(array);
  const values = new Float32Array(2 * rows * columns);
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < columns; n++) {
      values[n * rows + m] = re[m * columns + n]! / columns;
      values[(columns + n) * rows + m] = -im[m * columns + n]! / columns;
    }
  }
  return Tensor.float32([2, columns, rows], values);
}

/** I − μAᴴA as the kernel of a convolution, which is real: [2, 1, 1, 2N − 1, …]. */
function toeplitzTaps(array: SensorArray): Tensor {
  const lengths = array.grid.map((points) => 2 * points - 1);
  const kernel = gramKernel(array);
  const points = countOf(array.grid);
  const values = new Float32Array(2 * kernel.length);
  for (const [i, value] of kernel.entries()) values[i] = -value / points;
  values[(kernel.length - 1) / 2]! += 1;
  return Tensor.float32([2, 1, 1, ...lengths], values);
}

/** The same as a matrix: [2, grid, grid]. */
function toeplitzMatrix(array: SensorArray): Tensor {
  const kernel = gramKernel(array);
  const points = countOf(array.grid);
  const values = new Float32Array(2 * points * points);
  // The kernel is the same from either end.
  for (const [at, tap] of [...tapPlaces(array.grid)].entries()) values[at] = -kernel[tap]! / points;
  for (let n = 0; n < points; n++) values[n * points + n]! += 1;
  return Tensor.float32([2, points, points], values);
}
