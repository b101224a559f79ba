import { exportsOf, type WasmMemory, webAssembly } from '../web-assembly.ts';
import type { ResampleCoefficients } from './resample-coefficients.ts';
import { parameterCounts, type ResampleExports } from './resample-exports.ts';

/** The compiled module and the memory it works on. */
interface ResampleModule extends ResampleExports {
  readonly memory: WasmMemory;
}

/** Bytes the module may touch behind the end of a picture. */
const slack = 16;

/** Bytes of a picture that are worked on at once: they stay in the processor's cache, and memory in bounds. */
const stripBytes = 2 ** 18;

const pageBytes = 2 ** 16;

let loaded: ResampleModule | undefined;

/**
 * Resizes the rows of a picture.
 *
 * @param data uint8 [height, inputWidth, 3]
 * @param result uint8 [height, width, 3], a pixel for each of the coefficients; written
 */
export function resampleRows(
  data: Uint8Array,
  inputWidth: number,
  coefficients: ResampleCoefficients,
  result: Uint8Array,
): void {
  const width = coefficients.start.length;
  const [from, to] = [3 * inputWidth, 3 * width];
  const height = data.length / from;
  const strip = Math.max(1, Math.floor(stripBytes / from));
  const placed = place(coefficients, strip * from, strip * to);
  const { module, bytes, starts, counts, weights, source, target } = placed;
  for (let row = 0; row < height; row += strip) {
    const rows = Math.min(strip, height - row);
    bytes.set(data.subarray(row * from, (row + rows) * from), source);
    module.resampleRows(source, from, rows, starts, counts, weights, coefficients.taps, width, target);
    result.set(bytes.subarray(target, target + rows * to), row * to);
  }
}

/**
 * Resizes the columns of a picture.
 *
 * @param data uint8 [rows, width, 3]
 * @param firstRow row of the whole picture that `data` starts with
 * @param result uint8 [height, width, 3], a row for each of the coefficients; written
 */
export function resampleColumns(
  data: Uint8Array,
  width: number,
  coefficients: ResampleCoefficients,
  firstRow: number,
  result: Uint8Array,
): void {
  const { start, count, weights: factors, taps } = coefficients;
  const height = start.length;
  const stride = 3 * width;
  const strip = Math.max(1, Math.floor(stripBytes / stride));
  for (let row = 0; row < height; row += strip) {
    const end = Math.min(row + strip, height);
    const [first, last] = [start[row]!, start[end - 1]! + count[end - 1]!];
    const part = {
      start: start.subarray(row, end).map((each) => each - first),
      count: count.subarray(row, end),
      weights: factors.subarray(row * taps, end * taps),
      taps,
    };
    const placed = place(part, (last - first) * stride, (end - row) * stride);
    const { module, bytes, starts, counts, weights, source, target } = placed;
    bytes.set(data.subarray((first - firstRow) * stride, (last - firstRow) * stride), source);
    module.resampleColumns(source, stride, starts, counts, weights, taps, end - row, target);
    result.set(bytes.subarray(target, target + (end - row) * stride), row * stride);
  }
}

/** Puts coefficients into the module's memory and makes room for a picture and its result; all places are in bytes. */
function place({ start, count, weights }: ResampleCoefficients, sourceBytes: number, targetBytes: number) {
  loaded ??= load();
  const starts = 0;
  const counts = starts + start.byteLength;
  const factors = counts + count.byteLength;
  const source = factors + weights.byteLength;
  const target = source + sourceBytes + slack;
  const missing = target + targetBytes + slack - loaded.memory.buffer.byteLength;
  if (missing > 0) loaded.memory.grow(Math.ceil(missing / pageBytes));
  const numbers = new Int32Array(loaded.memory.buffer, 0, source / 4);
  numbers.set(start);
  numbers.set(count, counts / 4);
  numbers.set(weights, factors / 4);
  const bytes = new Uint8Array(loaded.memory.buffer);
  return { module: loaded, bytes, starts, counts, weights: factors, source, target };
}

function load(): ResampleModule {
  const memory = new webAssembly.Memory({ initial: 16 });
  return { ...exportsOf<ResampleExports>('resample', memory, parameterCounts), memory };
}
