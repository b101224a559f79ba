import { sizeOf } from '../../graph/shape.ts';
import type { KernelModule } from '../../kernels/kernel-module.ts';
import type { ProductCounts } from '../../results/activity.ts';
import type { Place } from './layout.ts';

/** Where the spikes and decoded values of an operand are. */
export interface OperandPlaces {
  readonly spikes: Place;
  readonly decoded: Place;
}

/** The kernels, the memory they work on, and an address in it where counts may be written. */
export interface CountingMemory {
  readonly module: KernelModule;
  readonly buffer: ArrayBuffer;
  readonly scratch: number;
}

/**
 * Counts, for each step, the pairs of operands that a matrix product multiplies with both of them non-zero. For
 * each index of the contracted axis that is (non-zero elements of the left column) × (those of the right row).
 */
export function countPairs(
  memory: CountingMemory,
  left: OperandPlaces,
  right: OperandPlaces,
  steps: number,
): ProductCounts {
  const counts = { both: [] as number[], left: [] as number[], right: [] as number[] };
  for (let step = 0; step < steps; step++) {
    const spikesLeft = columnCounts(memory, left.spikes, step);
    const second = after(memory, spikesLeft);
    const spikesRight = rowCounts(second, right.spikes, step);
    const third = after(second, spikesRight);
    counts.both.push(multiplyCounts(spikesLeft, spikesRight));
    counts.left.push(multiplyCounts(spikesLeft, rowCounts(third, right.decoded, step)));
    counts.right.push(multiplyCounts(columnCounts(third, left.decoded, step), spikesRight));
  }
  return counts;
}

/** Counts by matrix and index of the contracted axis. */
interface Counts {
  /** [...matrices, contracted] */
  readonly dims: readonly number[];
  /** A view of the memory that they were counted into. */
  readonly values: Int32Array;
}

/** The memory behind some counts, for more of them. */
function after(memory: CountingMemory, { values }: Counts): CountingMemory {
  return { ...memory, scratch: values.byteOffset + values.byteLength };
}

function columnCounts({ module, buffer, scratch }: CountingMemory, place: Place, step: number): Counts {
  const { dims } = place.shape;
  const [rows, columns] = dims.slice(-2) as [number, number];
  const matrices = sizeOf(dims.slice(0, -2));
  const address = place.address + step * place.stride;
  for (let i = 0; i < matrices; i++) {
    module.functions.countColumns(address + 4 * i * rows * columns, rows, columns, scratch + 4 * i * columns);
  }
  return {
    dims: [...dims.slice(0, -2), columns],
    values: new Int32Array(buffer, scratch, matrices * columns),
  };
}

function rowCounts({ module, buffer, scratch }: CountingMemory, place: Place, step: number): Counts {
  const { dims } = place.shape;
  const rows = sizeOf(dims.slice(0, -1));
  module.functions.countRows(place.address + step * place.stride, rows, dims.at(-1)!, scratch);
  return { dims: dims.slice(0, -1), values: new Int32Array(buffer, scratch, rows) };
}

/** Σ a·b over all matrices; leading axes are broadcast as MatMul does. */
function multiplyCounts(a: Counts, b: Counts): number {
  const rank = Math.max(a.dims.length, b.dims.length);
  const [x, y] = [pad(a.dims, rank), pad(b.dims, rank)];
  const contracted = x[rank - 1]!;
  const walk = (axis: number, i: number, j: number): number => {
    let sum = 0;
    if (axis === rank - 1) {
      const [left, right] = [i * contracted, j * contracted];
      for (let k = 0; k < contracted; k++) sum += a.values[left + k]! * b.values[right + k]!;
      return sum;
    }
    const length = Math.max(x[axis]!, y[axis]!);
    for (let k = 0; k < length; k++) {
      sum += walk(axis + 1, i * x[axis]! + (x[axis] === 1 ? 0 : k), j * y[axis]! + (y[axis] === 1 ? 0 : k));
    }
    return sum;
  };
  return walk(0, 0, 0);
}

function pad(dims: readonly number[], rank: number): number[] {
  return [...Array<number>(rank - dims.length).fill(1), ...dims];
}
