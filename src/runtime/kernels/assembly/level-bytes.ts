/** Half a mantissa, exponent bits, 1.0, 0.5, 1.5·2²³ (added to a whole number, it leaves it in the low bits), sign bit. Read from memory, they stay in registers; written as constants, V8 makes them anew at each use. */
const constants: usize = memory.data<u32>([0x400000, 0x7f800000, 0x3f800000, 0x3f000000, 0x4b400000, 0x80000000], 16);

/** Potential in units of the threshold. */
@inline
function potentialOf(means: usize, factor: v128, emitted: v128): v128 {
  return f32x4.sub(f32x4.mul(v128.load(means), factor), emitted);
}

/** Magnitude of the level that fires; meaningless where the dead zone holds it back. */
@inline
function levelOf(nearest: bool, magnitude: v128, top: v128, raise: v128, exponent: v128, one: v128, half: v128): v128 {
  const raised = nearest ? i32x4.add(magnitude, raise) : f32x4.add(magnitude, half);
  return f32x4.pmin(f32x4.pmax(v128.and(raised, exponent), one), top);
}

@inline
function signed(level: v128, fires: v128, potential: v128, sign: v128): v128 {
  return v128.or(v128.and(level, fires), v128.and(potential, sign));
}

@inline
function wholeOf(level: v128, magic: v128): v128 {
  return i32x4.sub(f32x4.add(level, magic), magic);
}

/**
 * Signed levels as bytes around 128 of multi-threshold neurons of base 2 that have one threshold for both signs, sixteen
 * neurons at a time; everything is in units of that threshold. `count` is a multiple of 16.
 */
@inline
export function levelBytes(
  nearest: bool, means: usize, meansStride: usize, bytes: usize, stride: usize, count: i32, steps: i32,
  threshold: f32, deadZone: f32, top: f32, counters: usize,
): void {
  const raise = v128.load32_splat(constants);
  const exponent = v128.load32_splat(constants, 4);
  const one = v128.load32_splat(constants, 8);
  const half = v128.load32_splat(constants, 12);
  const magic = v128.load32_splat(constants, 16);
  const sign = v128.load32_splat(constants, 20);
  const most = f32x4.splat(top);
  const dead = f32x4.splat(deadZone);
  const inverse = <f32>1 / threshold;
  for (let i = 0; i < count; i += 16) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let from = means + (<usize>i << 2);
    let to = bytes + <usize>i;
    let counter = counters;
    for (let t = 1; t <= steps; t++) {
      const factor = f32x4.splat(<f32>t * inverse);
      const pa = potentialOf(from, factor, a);
      const pb = potentialOf(from + 16, factor, b);
      const pc = potentialOf(from + 32, factor, c);
      const pd = potentialOf(from + 48, factor, d);
      const ma = v128.andnot(pa, sign);
      const mb = v128.andnot(pb, sign);
      const mc = v128.andnot(pc, sign);
      const md = v128.andnot(pd, sign);
      const fa = f32x4.ge(ma, dead);
      const fb = f32x4.ge(mb, dead);
      const fc = f32x4.ge(mc, dead);
      const fd = f32x4.ge(md, dead);
      const la = signed(levelOf(nearest, ma, most, raise, exponent, one, half), fa, pa, sign);
      const lb = signed(levelOf(nearest, mb, most, raise, exponent, one, half), fb, pb, sign);
      const lc = signed(levelOf(nearest, mc, most, raise, exponent, one, half), fc, pc, sign);
      const ld = signed(levelOf(nearest, md, most, raise, exponent, one, half), fd, pd, sign);
      a = f32x4.add(a, la);
      b = f32x4.add(b, lb);
      c = f32x4.add(c, lc);
      d = f32x4.add(d, ld);
      const ab = i16x8.narrow_i32x4_s(wholeOf(la, magic), wholeOf(lb, magic));
      const cd = i16x8.narrow_i32x4_s(wholeOf(lc, magic), wholeOf(ld, magic));
      v128.store(to, v128.xor(i8x16.narrow_i16x8_s(ab, cd), i8x16.splat(-128)));
      const fired = i32x4.add(i32x4.add(fa, fb), i32x4.add(fc, fd));
      v128.store(counter, i32x4.sub(v128.load(counter), fired));
      from += meansStride;
      to += stride;
      counter += 16;
    }
  }
}
