import { emitted, TILE } from './tile';

/** Rules of firing, as numbers. */
const NEAREST = 0;
const FLOOR = 1;

/** Half a mantissa, exponent bits, 1.0 and 0.5. Read from memory, they stay in registers; written as constants, V8 makes them anew at each use. */
const constants: usize = memory.data<u32>([0x400000, 0x7f800000, 0x3f800000, 0x3f000000], 16);

/** Of a step: t, 1/t, threshold, what the other threshold differs in, both reciprocals, dead zone and largest level. In memory for the same reason. */
const settings: usize = memory.data(32, 16);

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

/** One step of the neurons of a tile, sixteen at a time; `settings` are filled. */
@inline
function step(rule: i32, count: i32, means: usize, written: usize, counter: usize): void {
  const raise = v128.load32_splat(constants);
  const exponent = v128.load32_splat(constants, 4);
  const one = v128.load32_splat(constants, 8);
  const half = v128.load32_splat(constants, 12);
  const time = v128.load32_splat(settings);
  const share = v128.load32_splat(settings, 4);
  const plus = v128.load32_splat(settings, 8);
  const difference = v128.load32_splat(settings, 12);
  const plusInverse = v128.load32_splat(settings, 16);
  const minusInverse = v128.load32_splat(settings, 20);
  const dead = v128.load32_splat(settings, 24);
  const top = v128.load32_splat(settings, 28);
  let spikes = v128.load(counter);
  let state = emitted;
  const end = state + (<usize>count << 2);
  for (; state < end; state += 64) {
    const pa = potentialOf(means, time, state);
    const ra = ratioOf(pa, plusInverse, minusInverse);
    const fa = f32x4.ge(ra, dead);
    const la = levelOf(rule, ra, fa, raise, exponent, one, half, top);
    const qa = emit(state, la, pa, plus, difference);
    v128.store(written, f32x4.mul(qa, share));
    const pb = potentialOf(means + 16, time, state + 16);
    const rb = ratioOf(pb, plusInverse, minusInverse);
    const fb = f32x4.ge(rb, dead);
    const lb = levelOf(rule, rb, fb, raise, exponent, one, half, top);
    const qb = emit(state + 16, lb, pb, plus, difference);
    v128.store(written, f32x4.mul(qb, share), 16);
    const pc = potentialOf(means + 32, time, state + 32);
    const rc = ratioOf(pc, plusInverse, minusInverse);
    const fc = f32x4.ge(rc, dead);
    const lc = levelOf(rule, rc, fc, raise, exponent, one, half, top);
    const qc = emit(state + 32, lc, pc, plus, difference);
    v128.store(written, f32x4.mul(qc, share), 32);
    const pd = potentialOf(means + 48, time, state + 48);
    const rd = ratioOf(pd, plusInverse, minusInverse);
    const fd = f32x4.ge(rd, dead);
    const ld = levelOf(rule, rd, fd, raise, exponent, one, half, top);
    const qd = emit(state + 48, ld, pd, plus, difference);
    v128.store(written, f32x4.mul(qd, share), 48);
    spikes = i32x4.sub(spikes, i32x4.add(i32x4.add(fa, fb), i32x4.add(fc, fd)));
    means += 64;
    written += 64;
  }
  v128.store(counter, spikes);
}

@inline
function tiles(
  rule: i32, means: usize, meansStride: usize, written: usize, stride: usize, count: i32, steps: i32,
  positive: f32, negative: f32, deadZone: f32, top: f32, counters: usize,
): void {
  store<f32>(settings, positive, 8);
  store<i32>(settings, reinterpret<i32>(positive) ^ reinterpret<i32>(-negative), 12);
  store<f32>(settings, <f32>1 / positive, 16);
  store<f32>(settings, <f32>-1 / negative, 20);
  store<f32>(settings, deadZone, 24);
  store<f32>(settings, top, 28);
  for (let start = 0; start < count; start += TILE) {
    const length = min(TILE, count - start);
    memory.fill(emitted, 0, <usize>length << 2);
    let from = means + (<usize>start << 2);
    let to = written + (<usize>start << 2);
    let counter = counters;
    for (let t = 1; t <= steps; t++) {
      store<f32>(settings, <f32>t);
      store<f32>(settings, <f32>1 / <f32>t, 4);
      step(rule, length, from, to, counter);
      from += meansStride;
      to += stride;
      counter += 16;
    }
  }
}

/**
 * Decoded values of rate-coded multi-threshold neurons with base 2 and rule `nearest` over all steps, the common case of
 * `multiThreshold`; a multiple of sixteen neurons. All neurons of a tile take a step together, so that they do not wait
 * for each other.
 *
 * @param stride bytes from one step to the next of what is written
 */
export function powerLadderNearest(
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
  tiles(NEAREST, means, meansStride, written, stride, count, steps, positive, negative, deadZone, top, counters);
}

/** The same with rule `floor`. A function of its own: one with a parameter would ask for the rule at each spike. */
export function powerLadderFloor(
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
  tiles(FLOOR, means, meansStride, written, stride, count, steps, positive, negative, deadZone, top, counters);
}
