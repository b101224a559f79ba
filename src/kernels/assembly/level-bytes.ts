import { emitted, TILE } from './tile';

/** Rules of firing, as numbers. */
const NEAREST = 0;
const FLOOR = 1;

/** Half a mantissa, exponent bits, 1.0, 0.5, 1.5·2²³ and all bits but the sign. Read from memory, they stay in registers; written as constants, V8 makes them anew at each use. */
const constants: usize = memory.data<u32>([0x400000, 0x7f800000, 0x3f800000, 0x3f000000, 0x4b400000, 0x7fffffff], 16);

/** Factor of the means, dead zone and largest level of a step. In memory for the same reason. */
const settings: usize = memory.data(12, 16);

/** Potential of four neurons in thresholds. What they have emitted stands in memory as a whole number above `origin`. */
@inline
function potentialOf(means: usize, scale: v128, state: usize, origin: v128): v128 {
  return f32x4.sub(f32x4.mul(v128.load(means), scale), f32x4.sub(v128.load(state), origin));
}

/** The exponent bits alone are the largest power of two below; half of the mantissa more makes it the nearest one. */
@inline
function levelOf(
  rule: i32, magnitude: v128, fires: v128, raise: v128, exponent: v128, one: v128, half: v128, top: v128,
): v128 {
  const raised = rule == NEAREST ? i32x4.add(magnitude, raise) : f32x4.add(magnitude, half);
  return v128.and(f32x4.pmin(f32x4.pmax(v128.and(raised, exponent), one), top), fires);
}

/**
 * Emits signed levels, and returns them as whole numbers: the last bits of a float32 between 2²³ and 2²⁴ count ones, so
 * the difference of what was emitted after and before, taken of the bits, is the level.
 */
@inline
function emit(state: usize, level: v128, potential: v128, magnitudeBits: v128): v128 {
  const before = v128.load(state);
  const after = f32x4.add(before, v128.or(level, v128.andnot(potential, magnitudeBits)));
  v128.store(state, after);
  return i32x4.sub(after, before);
}

/** One step of the neurons of a tile, sixteen at a time; `settings` are filled. */
@inline
function step(rule: i32, count: i32, means: usize, written: usize, counter: usize): void {
  const raise = v128.load32_splat(constants);
  const exponent = v128.load32_splat(constants, 4);
  const one = v128.load32_splat(constants, 8);
  const half = v128.load32_splat(constants, 12);
  const origin = v128.load32_splat(constants, 16);
  const bits = v128.load32_splat(constants, 20);
  const scale = v128.load32_splat(settings);
  const dead = v128.load32_splat(settings, 4);
  const top = v128.load32_splat(settings, 8);
  let spikes = v128.load(counter);
  let state = emitted;
  const end = state + (<usize>count << 2);
  for (; state < end; state += 64) {
    const pa = potentialOf(means, scale, state, origin);
    const ma = v128.and(pa, bits);
    const fa = f32x4.ge(ma, dead);
    const a = emit(state, levelOf(rule, ma, fa, raise, exponent, one, half, top), pa, bits);
    const pb = potentialOf(means + 16, scale, state + 16, origin);
    const mb = v128.and(pb, bits);
    const fb = f32x4.ge(mb, dead);
    const b = emit(state + 16, levelOf(rule, mb, fb, raise, exponent, one, half, top), pb, bits);
    const ab = i16x8.narrow_i32x4_s(a, b);
    const pc = potentialOf(means + 32, scale, state + 32, origin);
    const mc = v128.and(pc, bits);
    const fc = f32x4.ge(mc, dead);
    const c = emit(state + 32, levelOf(rule, mc, fc, raise, exponent, one, half, top), pc, bits);
    const pd = potentialOf(means + 48, scale, state + 48, origin);
    const md = v128.and(pd, bits);
    const fd = f32x4.ge(md, dead);
    const d = emit(state + 48, levelOf(rule, md, fd, raise, exponent, one, half, top), pd, bits);
    const cd = i16x8.narrow_i32x4_s(c, d);
    v128.store(written, v128.xor(i8x16.narrow_i16x8_s(ab, cd), i8x16.splat(-128)));
    spikes = i32x4.sub(spikes, i32x4.add(i32x4.add(fa, fb), i32x4.add(fc, fd)));
    means += 64;
    written += 16;
  }
  v128.store(counter, spikes);
}

@inline
function tiles(
  rule: i32, means: usize, meansStride: usize, written: usize, stride: usize, count: i32, steps: i32, threshold: f32,
  deadZone: f32, top: f32, counters: usize,
): void {
  store<f32>(settings, deadZone, 4);
  store<f32>(settings, top, 8);
  const none = v128.load32_splat(constants, 16);
  for (let start = 0; start < count; start += TILE) {
    const length = min(TILE, count - start);
    for (let offset: usize = 0; offset < <usize>length << 2; offset += 16) v128.store(emitted + offset, none);
    let from = means + (<usize>start << 2);
    let to = written + <usize>start;
    let counter = counters;
    for (let t = 1; t <= steps; t++) {
      store<f32>(settings, <f32>t / threshold);
      step(rule, length, from, to, counter);
      from += meansStride;
      to += stride;
      counter += 16;
    }
  }
}

/**
 * Signed levels of rate-coded multi-threshold neurons with base 2, rule `nearest` and one threshold for both signs over
 * all steps, as uint8 around 128; a multiple of sixteen neurons. All is counted in thresholds, so that what was emitted
 * is a whole number.
 *
 * @param stride bytes from one step to the next of what is written
 * @param deadZone smallest potential that makes a spike, in thresholds
 * @param top largest level in thresholds, at most 127
 * @param counters four int32 for each step; the spikes are added to them
 */
export function levelBytesNearest(
  means: usize,
  meansStride: usize,
  written: usize,
  stride: usize,
  count: i32,
  steps: i32,
  threshold: f32,
  deadZone: f32,
  top: f32,
  counters: usize,
): void {
  tiles(NEAREST, means, meansStride, written, stride, count, steps, threshold, deadZone, top, counters);
}

/** The same with rule `floor`. A function of its own: one with a parameter would ask for the rule at each spike. */
export function levelBytesFloor(
  means: usize,
  meansStride: usize,
  written: usize,
  stride: usize,
  count: i32,
  steps: i32,
  threshold: f32,
  deadZone: f32,
  top: f32,
  counters: usize,
): void {
  tiles(FLOOR, means, meansStride, written, stride, count, steps, threshold, deadZone, top, counters);
}
