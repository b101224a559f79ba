// Made by scripts/build-kernels.mjs from assembly/, where the meaning and units stand. Do not edit.

/** The functions of the module. Addresses and strides are in bytes. */
export interface ResampleExports {
  resampleRows(source: number, stride: number, rows: number, starts: number, counts: number, weights: number, taps: number, width: number, target: number): void;
  resampleColumns(source: number, stride: number, starts: number, counts: number, weights: number, taps: number, height: number, target: number): void;
}

/** How many parameters each of them has. */
export const parameterCounts: { readonly [F in keyof ResampleExports]: number } = {
  resampleRows: 9,
  resampleColumns: 8,
};
