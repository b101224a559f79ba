/** Reads the first `lanes` (1…4) of four 32-bit numbers; the others are 0. */
@inline
export function loadLanes(from: usize, lanes: i32): v128 {
  if (lanes == 4) return v128.load(from);
  let vector = v128.load32_zero(from);
  if (lanes > 1) vector = i32x4.replace_lane(vector, 1, load<i32>(from, 4));
  if (lanes > 2) vector = i32x4.replace_lane(vector, 2, load<i32>(from, 8));
  return vector;
}

/** Writes the first `lanes` (1…4) of four 32-bit numbers. */
@inline
export function storeLanes(to: usize, vector: v128, lanes: i32): void {
  if (lanes == 4) {
    v128.store(to, vector);
    return;
  }
  v128.store32_lane(to, vector, 0);
  if (lanes > 1) v128.store32_lane(to, vector, 1, 4);
  if (lanes > 2) v128.store32_lane(to, vector, 2, 8);
}

/** All bits set in the first `lanes` of four lanes. */
@inline
export function laneMask(lanes: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes));
}

/** Writes the first `lanes` of four whole numbers −128…127 as bytes around a zero-point of 128. */
@inline
export function storeBytes(to: usize, whole: v128, lanes: i32): void {
  const narrow = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(0));
  const bytes = i32x4.extract_lane(i8x16.narrow_i16x8_s(narrow, narrow), 0) ^ 0x80808080;
  if (lanes == 4) {
    store<i32>(to, bytes);
    return;
  }
  for (let i = 0; i < lanes; i++) store<u8>(to + i, <u8>(bytes >>> (8 * i)));
}
