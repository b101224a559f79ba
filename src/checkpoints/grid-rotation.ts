import type { RotaryPairs, RotaryPositions } from './rotary-positions.ts';

/** How the tokens of a grid of patches are rotated: half of a head's pairs by the row, the other half by the column. */
export interface GridRotation {
  readonly pairs: RotaryPairs;
  /** Ratio of the fastest and the slowest rotation. */
  readonly temperature: number;
  /**
   * What a patch is rotated by: its index, counted on a grid of `reference` patches down and across if there is one; or where
   * its centre lies in the image, from −1 to 1, times 2π.
   */
  readonly coordinate: 'index' | 'centre';
  readonly reference?: readonly [number, number] | undefined;
  /** Whether the pairs of the column come before those of the row. Default: false */
  readonly columnFirst?: boolean;
}

/** The angles of a grid of patches [down, across] behind prefix tokens, which are not rotated. */
export function gridPositions(
  rotation: GridRotation,
  grid: readonly [number, number],
  prefix: number,
  headDim: number,
): RotaryPositions {
  const [down, across] = grid;
  const axisPairs = headDim / 4;
  const tokens = prefix + down * across;
  const angles = new Float64Array((tokens * headDim) / 2);
  for (let token = prefix; token < tokens; token++) {
    const row = coordinateOf(rotation, Math.floor((token - prefix) / across), 0, grid);
    const column = coordinateOf(rotation, (token - prefix) % across, 1, grid);
    const [first, second] = rotation.columnFirst ? [column, row] : [row, column];
    for (let i = 0; i < axisPairs; i++) {
      const frequency = rotation.temperature ** (-i / axisPairs);
      angles[token * 2 * axisPairs + i] = first * frequency;
      angles[token * 2 * axisPairs + axisPairs + i] = second * frequency;
    }
  }
  return { pairs: rotation.pairs, tokens, headDim, angles };
}

function coordinateOf(
  { coordinate, reference }: GridRotation,
  index: number,
  axis: 0 | 1,
  grid: readonly [number, number],
): number {
  if (coordinate === 'centre') return 2 * Math.PI * ((2 * (index + 0.5)) / grid[axis] - 1);
  return reference ? (index / grid[axis]) * reference[axis] : index;
}
