import { laneMask, loadLanes, storeLanes } from './lanes';

/** Counts the non-zero elements of each row of a float32 matrix into int32 `counts` [rows]. */
export function countRows(matrix: usize, rows: i32, columns: i32, counts: usize): void {
  const whole = columns & ~3;
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    let sum = i32x4.splat(0);
    for (let i = 0; i < whole; i += 4) {
      sum = i32x4.sub(sum, f32x4.ne(v128.load(matrix + (<usize>i << 2)), zero));
    }
    if (whole < columns) {
      const rest = columns - whole;
      const values = loadLanes(matrix + (<usize>whole << 2), rest);
      sum = i32x4.sub(sum, v128.and(f32x4.ne(values, zero), laneMask(rest)));
    }
    const total =
      i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
    store<i32>(counts + (<usize>row << 2), total);
    matrix += <usize>columns << 2;
  }
}

/** Counts the non-zero elements of each column of a float32 matrix into int32 `counts` [columns]. */
export function countColumns(matrix: usize, rows: i32, columns: i32, counts: usize): void {
  memory.fill(counts, 0, <usize>columns << 2);
  const whole = columns & ~3;
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < whole; i += 4) {
      const offset = <usize>i << 2;
      const found = f32x4.ne(v128.load(matrix + offset), zero);
      v128.store(counts + offset, i32x4.sub(v128.load(counts + offset), found));
    }
    if (whole < columns) {
      const rest = columns - whole;
      const offset = <usize>whole << 2;
      const found = f32x4.ne(loadLanes(matrix + offset, rest), zero);
      storeLanes(counts + offset, i32x4.sub(loadLanes(counts + offset, rest), found), rest);
    }
    matrix += <usize>columns << 2;
  }
}
