/** A matrix inside a larger array: row-major, starting at `start`. */
export interface MatrixView {
  readonly data: Float64Array;
  readonly start: number;
}

/**
 * `out += a·b` for a of [rows, depth], b of [depth, columns]. Every element is a plain sum in the order of the
 * depth axis; four rows go together only so that each row of b is fetched once for them.
 */
export function multiplyAdd(
  out: MatrixView,
  a: MatrixView,
  b: MatrixView,
  rows: number,
  depth: number,
  columns: number,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) fourRows(out, a, b, row, depth, columns);
  for (; row < rows; row++) oneRow(out, a, b, row, depth, columns);
}

function oneRow(out: MatrixView, a: MatrixView, b: MatrixView, row: number, depth: number, columns: number) {
  const [to, left, right] = [out.data, a.data, b.data];
  const o = out.start + row * columns;
  for (let k = 0; k < depth; k++) {
    const factor = left[a.start + row * depth + k]!;
    const from = b.start + k * columns;
    for (let j = 0; j < columns; j++) to[o + j]! += factor * right[from + j]!;
  }
}

function fourRows(
  out: MatrixView,
  a: MatrixView,
  b: MatrixView,
  row: number,
  depth: number,
  columns: number,
) {
  const [to, left, right] = [out.data, a.data, b.data];
  const o0 = out.start + row * columns;
  const [o1, o2, o3] = [o0 + columns, o0 + 2 * columns, o0 + 3 * columns];
  for (let k = 0; k < depth; k++) {
    const at = a.start + row * depth + k;
    const f0 = left[at]!;
    const f1 = left[at + depth]!;
    const f2 = left[at + 2 * depth]!;
    const f3 = left[at + 3 * depth]!;
    const from = b.start + k * columns;
    for (let j = 0; j < columns; j++) {
      const value = right[from + j]!;
      to[o0 + j]! += f0 * value;
      to[o1 + j]! += f1 * value;
      to[o2 + j]! += f2 * value;
      to[o3 + j]! += f3 * value;
    }
  }
}
