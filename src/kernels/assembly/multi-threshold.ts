import { laneMask, loadLanes, storeBytes, storeLanes } from './lanes';

/** Rules of firing, as numbers. */
const NEAREST = 0;
const FLOOR = 1;
const LADDER = 2;

// Where the ladder of rule LADDER is: boundaries and levels above the lowest, float32, in units of the threshold.
let ladderBoundaries: usize = 0;
let ladderLevels: usize = 0;
let ladderLength: i32 = 0;

// The value that follows is what was emitted, instead of its running mean.
let differential: bool = false;

// First step at which neurons with differential coding may fire.
let onset: i32 = 1;

/** Dead zone at step t. Before the onset nothing reaches it, not even infinity. */
@inline
function deadZoneAt(t: i32, deadZone: v128): v128 {
  return t < onset ? f32x4.splat(NaN) : deadZone;
}

/** What step t divides by: t for running means, 1 for differential coding. */
@inline
function divisorOf(t: i32): i32 {
  return differential ? 1 : t;
}

/** Half a mantissa, exponent bits, 1.0 and 0.5. Read from memory, they stay in registers; written as constants, V8 makes them anew at each use. */
const constants: usize = memory.data<u32>([0x400000, 0x7f800000, 0x3f800000, 0x3f000000], 16);

/** Level of the ladder that fires, 0 for none. @param ratio magnitude of the potential in units of the threshold */
@inline
function levelOf(
  rule: i32, ratio: v128, top: v128, raise: v128, exponent: v128, one: v128, half: v128, deadZone: v128,
): v128 {
  const fires = f32x4.ge(ratio, deadZone);
  if (rule == LADDER) {
    let level = one;
    for (let k = 0; k < ladderLength; k++) {
      const offset = <usize>k << 2;
      const higher = f32x4.ge(ratio, v128.load32_splat(ladderBoundaries + offset));
      level = v128.bitselect(v128.load32_splat(ladderLevels + offset), level, higher);
    }
    return v128.and(level, fires);
  }
  // The exponent bits alone are the largest power of two below; half of the mantissa more makes it the nearest one.
  const raised = rule == NEAREST ? i32x4.add(ratio, raise) : f32x4.add(ratio, half);
  const level = f32x4.pmin(f32x4.pmax(v128.and(raised, exponent), one), top);
  return v128.and(level, fires);
}

/** Chooses between two numbers, given one and what it differs in from the other. */
@inline
function choose(otherwise: v128, difference: v128, mask: v128): v128 {
  return v128.xor(otherwise, v128.and(difference, mask));
}

@inline
function potentialOf(means: usize, lanes: i32, time: v128, emitted: v128): v128 {
  return f32x4.sub(f32x4.mul(loadLanes(means, lanes), time), emitted);
}

@inline
function addTo(counters: usize, fired: v128): void {
  v128.store(counters, i32x4.sub(v128.load(counters), fired));
}

@inline
function isSpike(spike: v128): v128 {
  return f32x4.ne(spike, f32x4.splat(0));
}

/** All steps of up to four neurons. */
@inline
function neurons(
  rule: i32, lanes: i32, means: usize, meansStride: usize, decoded: usize, spikes: usize, bytes: usize,
  stride: usize, steps: i32, positive: v128, negative: v128, positiveInverse: v128, negativeInverse: v128,
  top: v128, deadZone: v128, counters: usize,
): void {
  const raise = v128.load32_splat(constants);
  const exponent = v128.load32_splat(constants, 4);
  const one = v128.load32_splat(constants, 8);
  const half = v128.load32_splat(constants, 12);
  const zero = f32x4.splat(0);
  const mask = laneMask(lanes);
  let emitted = zero;
  for (let t = 1; t <= steps; t++) {
    const divisor = divisorOf(t);
    const time = f32x4.splat(<f32>divisor);
    const share = f32x4.splat(<f32>1 / <f32>divisor);
    const potential = potentialOf(means, lanes, time, emitted);
    const below = f32x4.lt(potential, zero);
    const ratio = f32x4.mul(potential, v128.bitselect(negativeInverse, positiveInverse, below));
    const level = levelOf(rule, ratio, top, raise, exponent, one, half, deadZoneAt(t, deadZone));
    const spike = f32x4.mul(level, v128.bitselect(negative, positive, below));
    emitted = f32x4.add(emitted, spike);
    if (decoded) storeLanes(decoded, f32x4.mul(emitted, share), lanes);
    if (spikes) storeLanes(spikes, spike, lanes);
    if (bytes) storeBytes(bytes, v128.xor(level, v128.and(below, i32x4.splat(0x80000000))), lanes);
    const fired = isSpike(level);
    addTo(counters, lanes == 4 ? fired : v128.and(fired, mask));
    means += meansStride;
    if (decoded) decoded += stride;
    if (spikes) spikes += stride;
    if (bytes) bytes += stride >> 2;
    counters += 16;
  }
}

/** Level of four neurons, to be multiplied with the threshold that has the sign of the potential. */
@inline
function fire(
  rule: i32, potential: v128, inverse: v128, difference: v128, top: v128, raise: v128, exponent: v128, one: v128,
  half: v128, deadZone: v128,
): v128 {
  const ratio = f32x4.mul(potential, choose(inverse, difference, i32x4.shr_s(potential, 31)));
  return levelOf(rule, ratio, top, raise, exponent, one, half, deadZone);
}

@inline
function valueOf(level: v128, potential: v128, threshold: v128, difference: v128): v128 {
  return f32x4.mul(level, choose(threshold, difference, i32x4.shr_s(potential, 31)));
}

/**
 * Blocks of sixteen neurons: four independent chains keep the processor busy. Writes decoded values.
 */
@inline
function blocks(
  rule: i32, means: usize, meansStride: usize, written: usize, stride: usize, count: i32, steps: i32,
  positive: v128, negative: v128, positiveInverse: v128, negativeInverse: v128, top: v128, deadZone: v128,
  counters: usize,
): void {
  const raise = v128.load32_splat(constants);
  const exponent = v128.load32_splat(constants, 4);
  const one = v128.load32_splat(constants, 8);
  const half = v128.load32_splat(constants, 12);
  const threshold = v128.xor(positive, negative);
  const inverse = v128.xor(positiveInverse, negativeInverse);
  for (let i = 0; i < count; i += 16) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let from = means + (<usize>i << 2);
    let to = written + (<usize>i << 2);
    let counter = counters;
    for (let t = 1; t <= steps; t++) {
      const divisor = divisorOf(t);
      const time = f32x4.splat(<f32>divisor);
      const dead = deadZoneAt(t, deadZone);
      const pa = potentialOf(from, 4, time, a);
      const pb = potentialOf(from + 16, 4, time, b);
      const pc = potentialOf(from + 32, 4, time, c);
      const pd = potentialOf(from + 48, 4, time, d);
      const la = fire(rule, pa, positiveInverse, inverse, top, raise, exponent, one, half, dead);
      const lb = fire(rule, pb, positiveInverse, inverse, top, raise, exponent, one, half, dead);
      const lc = fire(rule, pc, positiveInverse, inverse, top, raise, exponent, one, half, dead);
      const ld = fire(rule, pd, positiveInverse, inverse, top, raise, exponent, one, half, dead);
      a = f32x4.add(a, valueOf(la, pa, positive, threshold));
      b = f32x4.add(b, valueOf(lb, pb, positive, threshold));
      c = f32x4.add(c, valueOf(lc, pc, positive, threshold));
      d = f32x4.add(d, valueOf(ld, pd, positive, threshold));
      const share = f32x4.splat(<f32>1 / <f32>divisor);
      v128.store(to, f32x4.mul(a, share));
      v128.store(to, f32x4.mul(b, share), 16);
      v128.store(to, f32x4.mul(c, share), 32);
      v128.store(to, f32x4.mul(d, share), 48);
      addTo(counter, i32x4.add(i32x4.add(isSpike(la), isSpike(lb)), i32x4.add(isSpike(lc), isSpike(ld))));
      from += meansStride;
      to += stride;
      counter += 16;
    }
  }
}

@inline
function run(
  rule: i32, means: usize, meansStride: usize, decoded: usize, spikes: usize, bytes: usize, stride: usize,
  count: i32, steps: i32, positive: f32, negative: f32, deadZone: f32, top: f32, counters: usize,
): void {
  const dead = f32x4.splat(deadZone);
  const plus = f32x4.splat(positive);
  const minus = f32x4.splat(-negative);
  const plusInverse = f32x4.splat(<f32>1 / positive);
  const minusInverse = f32x4.splat(<f32>-1 / negative);
  const most = f32x4.splat(top);
  let i = 0;
  if (decoded != 0 && !(spikes | bytes)) {
    i = count & ~15;
    blocks(
      rule, means, meansStride, decoded, stride, i, steps, plus, minus, plusInverse, minusInverse, most,
      dead, counters,
    );
  }
  for (; i < count; i += 4) {
    const offset = <usize>i << 2;
    const at = means + offset;
    const to = decoded ? decoded + offset : 0;
    const spikesTo = spikes ? spikes + offset : 0;
    const bytesTo = bytes ? bytes + i : 0;
    const rest = count - i;
    if (rest >= 4) {
      neurons(
        rule, 4, at, meansStride, to, spikesTo, bytesTo, stride, steps, plus, minus, plusInverse, minusInverse,
        most, dead, counters,
      );
    } else {
      neurons(
        rule, rest, at, meansStride, to, spikesTo, bytesTo, stride, steps, plus, minus, plusInverse,
        minusInverse, most, dead, counters,
      );
    }
  }
}

/**
 * Multi-threshold neurons with base 2 over all steps. Addresses and strides are in bytes; 0 as an address: not wanted.
 *
 * @param firstStep first step at which neurons with differential coding may fire; 0: running means
 * @param nearest 1: the nearest level fires; 0: rule `floor`
 * @param means running means; `meansStride` 0: the same at every step
 * @param bytes signed levels as uint8 around 128, a quarter of `stride` apart
 * @param deadZone smallest potential that makes a spike, in units of the threshold
 * @param top largest level in units of the threshold
 * @param counters four int32 for each step; the spikes are added to them
 */
export function multiThreshold(
  firstStep: i32,
  nearest: i32,
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  bytes: usize,
  stride: usize,
  count: i32,
  steps: i32,
  positive: f32,
  negative: f32,
  deadZone: f32,
  top: f32,
  counters: usize,
): void {
  differential = firstStep != 0;
  onset = firstStep;
  if (nearest) {
    run(
      NEAREST, means, meansStride, decoded, spikes, bytes, stride, count, steps, positive, negative, deadZone, top,
      counters,
    );
  } else {
    run(
      FLOOR, means, meansStride, decoded, spikes, bytes, stride, count, steps, positive, negative, deadZone, top,
      counters,
    );
  }
}

/**
 * The same with a ladder of any levels.
 *
 * @param boundaries potentials from which the levels above the lowest fire, float32, in units of the threshold, ascending
 * @param levels those levels, likewise
 */
export function multiThresholdLadder(
  firstStep: i32,
  boundaries: usize,
  levels: usize,
  length: i32,
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  stride: usize,
  count: i32,
  steps: i32,
  positive: f32,
  negative: f32,
  deadZone: f32,
  counters: usize,
): void {
  differential = firstStep != 0;
  onset = firstStep;
  ladderBoundaries = boundaries;
  ladderLevels = levels;
  ladderLength = length;
  run(LADDER, means, meansStride, decoded, spikes, 0, stride, count, steps, positive, negative, deadZone, 0, counters);
}
