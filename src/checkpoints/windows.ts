import { Tensor } from '../graph/tensor.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** A partition of a grid of tokens into windows, after the grid has been shifted up and to the left. */
export interface Windows {
  /** Tokens of the grid down and across; multiples of the window's. */
  readonly grid: readonly [number, number];
  readonly window: readonly [number, number];
  readonly shift: readonly [number, number];
  /** Whether the tokens of a window lie apart, all over the grid, instead of next to each other. Default: false */
  readonly spread?: boolean;
}

/** Number of windows. */
function windowCount({ grid, window }: Windows): number {
  return (grid[0] / window[0]) * (grid[1] / window[1]);
}

/**
 * Cuts a grid into windows.
 *
 * @param input float32 [batch, down, across, width]
 * @returns float32 [batch, windows, tokens of a window, width]
 */
export function addWindows(
  net: NetworkBuilder,
  path: string,
  windows: Windows,
  width: number,
  input: string,
): string {
  const { grid, window, shift, spread } = windows;
  const shifted = roll(net, `${path}.shifted`, grid, shift, input);
  const [down, across] = [grid[0] / window[0], grid[1] / window[1]];
  const cut = spread
    ? [0, window[0], down, window[1], across, width]
    : [0, down, window[0], across, window[1], width];
  const perm = spread ? [0, 2, 4, 1, 3, 5] : [0, 1, 3, 2, 4, 5];
  const parts = reshape(net, `${path}.cut`, cut, shifted);
  const ordered = net.op('Transpose', [parts], { perm }, { name: `${path}.ordered` });
  return reshape(net, `${path}.windows`, [0, windowCount(windows), window[0] * window[1], width], ordered);
}

/** Puts windows together to the grid that {@link addWindows} has cut: [batch, down, across, width]. */
export function addGrid(
  net: NetworkBuilder,
  path: string,
  windows: Windows,
  width: number,
  input: string,
): string {
  const { grid, window, shift, spread } = windows;
  const perm = spread ? [0, 3, 1, 4, 2, 5] : [0, 1, 3, 2, 4, 5];
  const parts = [0, grid[0] / window[0], grid[1] / window[1], window[0], window[1], width];
  const apart = reshape(net, `${path}.apart`, parts, input);
  const ordered = net.op('Transpose', [apart], { perm }, { name: `${path}.rows` });
  const shifted = reshape(net, `${path}.grid`, [0, grid[0], grid[1], width], ordered);
  const back = [(grid[0] - shift[0]) % grid[0], (grid[1] - shift[1]) % grid[1]] as const;
  return roll(net, `${path}.back`, grid, back, shifted);
}

function reshape(net: NetworkBuilder, name: string, shape: readonly number[], input: string): string {
  return net.op('Reshape', [input, net.integers(`${name}.shape`, shape)], {}, { name });
}

/** Moves rows up and columns to the left; what leaves comes in again on the other side. */
function roll(
  net: NetworkBuilder,
  path: string,
  grid: readonly [number, number],
  by: readonly [number, number],
  input: string,
): string {
  return [1, 2].reduce((value, axis) => {
    const steps = by[axis - 1]!;
    if (steps === 0) return value;
    const name = `${path}.${axis}`;
    const lengths = net.integers(`${name}.lengths`, [steps, grid[axis - 1]! - steps]);
    const [first, rest] = net.ops('Split', [value, lengths], 2, { axis }, { name: `${name}.split` });
    return net.op('Concat', [rest!, first!], { axis }, { name });
  }, input);
}

/**
 * What keeps tokens of a shifted grid apart that were no neighbours: float32 [windows, 1, tokens, tokens], −100 for pairs
 * from different regions, else 0. `undefined` without a shift.
 */
export function addWindowMask(net: NetworkBuilder, path: string, windows: Windows): string | undefined {
  const { grid, window, shift } = windows;
  if (shift[0] === 0 && shift[1] === 0) return undefined;
  const tokens = window[0] * window[1];
  const across = grid[1] / window[1];
  const regionOf = (index: number, token: number) => {
    const row = Math.floor(index / across) * window[0] + Math.floor(token / window[1]);
    const column = (index % across) * window[1] + (token % window[1]);
    return 3 * bandOf(row, 0, windows) + bandOf(column, 1, windows);
  };
  const count = windowCount(windows);
  const values = new Float32Array(count * tokens * tokens);
  for (let i = 0; i < values.length; i++) {
    const index = Math.floor(i / tokens ** 2);
    const apart = regionOf(index, Math.floor(i / tokens) % tokens) !== regionOf(index, i % tokens);
    values[i] = apart ? -100 : 0;
  }
  return net.constant(`${path}.mask`, Tensor.float32([count, 1, tokens, tokens], values));
}

/** Ahead of the last window, the part of it that stayed, and the part that came in from the other side. */
function bandOf(position: number, axis: 0 | 1, { grid, window, shift }: Windows): 0 | 1 | 2 {
  if (position < grid[axis] - window[axis]) return 0;
  return position < grid[axis] - shift[axis] ? 1 : 2;
}
