/** Weights are integers with this many bits behind the point. */
const PRECISION: i32 = 22;

/** Half a unit of the sums, for rounding. */
const HALF: i32 = 1 << (PRECISION - 1);

/** Sums of four bytes as the bytes they stand for, cut to 0…255, in the lowest 32 bits. */
@inline
function toBytes(sum: v128): v128 {
  const whole = i32x4.shr_s(sum, PRECISION);
  const words = i16x8.narrow_i32x4_s(whole, whole);
  return i8x16.narrow_i16x8_u(words, words);
}

@inline
function lowWords(bytes: v128): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
}

/**
 * Resizes rows of a picture: each pixel of the result is a weighted sum of pixels of the same row. Up to four bytes behind
 * the source and the target are touched.
 *
 * @param source uint8 [rows, inputWidth, 3]
 * @param stride bytes of a row of the source
 * @param starts first pixel of each sum, int32 [width]
 * @param counts number of pixels of each sum, int32 [width]
 * @param weights int32 [width, taps]
 * @param target uint8 [rows, width, 3]
 */
export function resampleRows(
  source: usize,
  stride: usize,
  rows: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  taps: i32,
  width: i32,
  target: usize,
): void {
  for (let y = 0; y < rows; y++) {
    let weight = weights;
    for (let x = 0; x < width; x++) {
      const place = <usize>x << 2;
      let from = source + 3 * <usize>load<i32>(starts + place);
      let sum = i32x4.splat(HALF);
      const end = weight + (<usize>load<i32>(counts + place) << 2);
      for (let at = weight; at < end; at += 4) {
        sum = i32x4.add(sum, i32x4.mul(lowWords(v128.load32_zero(from)), v128.load32_splat(at)));
        from += 3;
      }
      // The fourth byte is of no meaning, and what comes next is written over it.
      v128.store_lane<u32>(target, toBytes(sum), 0);
      target += 3;
      weight += <usize>taps << 2;
    }
    source += stride;
  }
}

/**
 * Resizes columns of a picture: each row of the result is a weighted sum of rows. Up to sixteen bytes behind the source and
 * the target are touched.
 *
 * @param source uint8 [rows, stride]
 * @param starts first row of each sum, int32 [height]
 * @param counts number of rows of each sum, int32 [height]
 * @param weights int32 [height, taps]
 * @param target uint8 [height, stride]
 */
export function resampleColumns(
  source: usize,
  stride: usize,
  starts: usize,
  counts: usize,
  weights: usize,
  taps: i32,
  height: i32,
  target: usize,
): void {
  for (let y = 0; y < height; y++) {
    const place = <usize>y << 2;
    const first = source + stride * <usize>load<i32>(starts + place);
    const end = weights + (<usize>load<i32>(counts + place) << 2);
    for (let x: usize = 0; x < stride; x += 16) {
      let from = first + x;
      let a = i32x4.splat(HALF);
      let b = a;
      let c = a;
      let d = a;
      for (let at = weights; at < end; at += 4) {
        const weight = v128.load32_splat(at);
        const bytes = v128.load(from);
        const low = i16x8.extend_low_i8x16_u(bytes);
        const high = i16x8.extend_high_i8x16_u(bytes);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
        from += stride;
      }
      const ab = i16x8.narrow_i32x4_s(i32x4.shr_s(a, PRECISION), i32x4.shr_s(b, PRECISION));
      const cd = i16x8.narrow_i32x4_s(i32x4.shr_s(c, PRECISION), i32x4.shr_s(d, PRECISION));
      // What is written behind the end of the row belongs to the next one, which is written over it.
      v128.store(target + x, i8x16.narrow_i16x8_u(ab, cd));
    }
    target += stride;
    weights += <usize>taps << 2;
  }
}
