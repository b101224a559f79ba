/** Cells of one scale of a picture, row by row. */
export interface CellGrid {
  /** Pixels from cell to cell; the middle of cell (row, column) is at ((column + ½)·stride, (row + ½)·stride). */
  readonly stride: number;
  readonly height: number;
  readonly width: number;
}

/** The cells of all scales of a picture, finest first as `strides` are. */
export function cellGrids(
  [height, width]: readonly [height: number, width: number],
  strides: readonly number[],
): CellGrid[] {
  return strides.map((stride) => ({
    stride,
    height: Math.ceil(height / stride),
    width: Math.ceil(width / stride),
  }));
}

/** Number of cells of all scales, K. */
export function countCells(grids: readonly CellGrid[]): number {
  return grids.reduce((sum, { height, width }) => sum + height * width, 0);
}
