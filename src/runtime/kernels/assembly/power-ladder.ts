/** Rules of firing, as numbers. */
const NEAREST = 0;
const FLOOR = 1;

/** Neurons of a tile: what they have emitted stays in the first-level cache. */
const TILE: i32 = 512;
const emitted: usize = memory.data(2048, 16);

/** Half a mantissa, exponent bits, 1.0, 0.5 and 1.5·2²³ (added to a whole number, it leaves it in the low bits). Read from memory, they stay in registers; written as constants, V8 makes them anew at each use. */
const constants: usize = memory.data<u32>([0x400000, 0x7f800000, 0x3f800000, 0x3f000000, 0x4b400000], 16);

/** Potential of four neurons before they fire. */
@inline
function potentialOf(means: usize, time: v128, state: usize): v128 {
  return f32x4.sub(f32x4.mul(v128.load(means), time), v128.load(state));
}

/** Magnitude of a potential in units of the threshold of its sign: one of the two products is not negative. */
@inline
function ratioOf(potential: v128, plusInverse: v128, minusInverse: v128): v128 {
  return f32x4.pmax(f32x4.mul(potential, plusInverse), f32x4.mul(potential, minusInverse));
}

/** The exponent bits alone are the largest power of two below; half of the mantissa more makes it the nearest one. */
@inline
function levelOf(rule: i32, ratio: v128, fires: v128, raise: v128, exponent: v128, one: v128, half: v128, top: v128): v128 {
  const raised = rule == NEAREST ? i32x4.add(ratio, raise) : f32x4.add(ratio, half);
  return v128.and(f32x4.pmin(f32x4.pmax(v128.and(raised, exponent), one), top), fires);
}

/** Adds the spikes of four neurons to what they have emitted. */
@inline
function emit(state: usize, level: v128, potential: v128, plus: v128, difference: v128): v128 {
  const threshold = v128.xor(plus, v128.and(difference, i32x4.shr_s(potential, 31)));
  const after = f32x4.add(v128.load(state), f32x4.mul(level, threshold));
  v128.store(state, after);
  return after;
}

/** A level with the sign of the potential as a whole number. */
@inline
function wholeOf(level: v128, potential: v128, magic: v128): v128 {
  const sign = i32x4.shr_s(potential, 31);
  return i32x4.sub(v128.xor(i32x4.sub(f32x4.add(level, magic), magic), sign), sign);
}

/** One step of the neurons of a tile, sixteen at a time. Writes signed levels as bytes, or running means. */
@inline
function step(
  rule: i32, levels: bool, count: i32, means: usize, written: usize, t: i32, positive: f32, negative: f32,
  deadZone: f32, most: f32, counter: usize,
): void {
  const raise = v128.load32_splat(constants);
  const exponent = v128.load32_splat(constants, 4);
  const one = v128.load32_splat(constants, 8);
  const half = v128.load32_splat(constants, 12);
  const magic = v128.load32_splat(constants, 16);
  const time = f32x4.splat(<f32>t);
  const share = f32x4.splat(<f32>1 / <f32>t);
  const plus = f32x4.splat(positive);
  const difference = v128.xor(plus, f32x4.splat(-negative));
  const plusInverse = f32x4.splat(<f32>1 / positive);
  const minusInverse = f32x4.splat(<f32>-1 / negative);
  const dead = f32x4.splat(deadZone);
  const top = f32x4.splat(most);
  let spikes = v128.load(counter);
  let state = emitted;
  const end = state + (<usize>count << 2);
  for (; state < end; state += 64) {
    const pa = potentialOf(means, time, state);
    const ra = ratioOf(pa, plusInverse, minusInverse);
    const fa = f32x4.ge(ra, dead);
    const la = levelOf(rule, ra, fa, raise, exponent, one, half, top);
    const qa = emit(state, la, pa, plus, difference);
    if (!levels) v128.store(written, f32x4.mul(qa, share));
    const pb = potentialOf(means + 16, time, state + 16);
    const rb = ratioOf(pb, plusInverse, minusInverse);
    const fb = f32x4.ge(rb, dead);
    const lb = levelOf(rule, rb, fb, raise, exponent, one, half, top);
    const qb = emit(state + 16, lb, pb, plus, difference);
    if (!levels) v128.store(written, f32x4.mul(qb, share), 16);
    const pc = potentialOf(means + 32, time, state + 32);
    const rc = ratioOf(pc, plusInverse, minusInverse);
    const fc = f32x4.ge(rc, dead);
    const lc = levelOf(rule, rc, fc, raise, exponent, one, half, top);
    const qc = emit(state + 32, lc, pc, plus, difference);
    if (!levels) v128.store(written, f32x4.mul(qc, share), 32);
    const pd = potentialOf(means + 48, time, state + 48);
    const rd = ratioOf(pd, plusInverse, minusInverse);
    const fd = f32x4.ge(rd, dead);
    const ld = levelOf(rule, rd, fd, raise, exponent, one, half, top);
    const qd = emit(state + 48, ld, pd, plus, difference);
    if (!levels) v128.store(written, f32x4.mul(qd, share), 48);
    if (levels) {
      const ab = i16x8.narrow_i32x4_s(wholeOf(la, pa, magic), wholeOf(lb, pb, magic));
      const cd = i16x8.narrow_i32x4_s(wholeOf(lc, pc, magic), wholeOf(ld, pd, magic));
      v128.store(written, v128.xor(i8x16.narrow_i16x8_s(ab, cd), i8x16.splat(-128)));
    }
    spikes = i32x4.sub(spikes, i32x4.add(i32x4.add(fa, fb), i32x4.add(fc, fd)));
    means += 64;
    written += levels ? 16 : 64;
  }
  v128.store(counter, spikes);
}

@inline
function tiles(
  rule: i32, levels: bool, means: usize, meansStride: usize, written: usize, stride: usize, count: i32, steps: i32,
  positive: f32, negative: f32, deadZone: f32, top: f32, counters: usize,
): void {
  for (let start = 0; start < count; start += TILE) {
    const length = min(TILE, count - start);
    memory.fill(emitted, 0, <usize>length << 2);
    let from = means + (<usize>start << 2);
    let to = written + (levels ? <usize>start : <usize>start << 2);
    let counter = counters;
    for (let t = 1; t <= steps; t++) {
      step(rule, levels, length, from, to, t, positive, negative, deadZone, top, counter);
      from += meansStride;
      to += stride;
      counter += 16;
    }
  }
}

/**
 * Rate-coded multi-threshold neurons with base 2 over all steps, the common case of `multiThreshold`: one output, and
 * a multiple of sixteen neurons. All neurons of a tile take a step together, so that they do not wait for each other.
 *
 * @param nearest 1: the nearest level fires; 0: rule `floor`
 * @param levels 1: `written` takes the signed levels as uint8 around 128; 0: the decoded values
 * @param stride bytes from one step to the next of what is written
 */
export function powerLadder(
  nearest: i32,
  levels: i32,
  means: usize,
  meansStride: usize,
  written: usize,
  stride: usize,
  count: i32,
  steps: i32,
  positive: f32,
  negative: f32,
  deadZone: f32,
  top: f32,
  counters: usize,
): void {
  if (nearest) {
    if (levels) {
      tiles(NEAREST, true, means, meansStride, written, stride, count, steps, positive, negative, deadZone, top, counters);
    } else {
      tiles(NEAREST, false, means, meansStride, written, stride, count, steps, positive, negative, deadZone, top, counters);
    }
  } else if (levels) {
    tiles(FLOOR, true, means, meansStride, written, stride, count, steps, positive, negative, deadZone, top, counters);
  } else {
    tiles(FLOOR, false, means, meansStride, written, stride, count, steps, positive, negative, deadZone, top, counters);
  }
}
