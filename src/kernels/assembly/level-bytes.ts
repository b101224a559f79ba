import { constants, FLOOR, NEAREST, powerLevel } from './firing-rule';
import { MultiThreshold, State } from './multi-threshold';
import { states } from './run-neurons';

/** Potential of four neurons in thresholds. What they have emitted stands in memory as a whole number above `origin`. */
@inline
function potentialOf(means: usize, scale: v128, state: usize, origin: v128): v128 {
  return f32x4.sub(f32x4.mul(v128.load(means), scale), f32x4.sub(v128.load(state), origin));
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

/**
 * Signed levels of multi-threshold neurons with base 2, rate-coded and with one threshold for both signs, as uint8 around
 * 128; a multiple of sixteen neurons. All is counted in thresholds, so that what was emitted is a whole number.
 *
 * The loop stands again in PowerLadder, unrolled by hand here and there: potential, magnitude and what is stored differ inside each of its
 * four groups, so that a loop for both would hold little more than the count of spikes.
 */
@unmanaged
class LevelBytes extends MultiThreshold {
  @inline
  begin(state: State): void {
    state.emitted = v128.load32_splat(constants, 16);
  }

  @inline
  protected fireAll(rule: i32, count: i32, means: usize, bytes: usize, counter: usize): void {
    const raise = v128.load32_splat(constants);
    const exponent = v128.load32_splat(constants, 4);
    const one = v128.load32_splat(constants, 8);
    const half = v128.load32_splat(constants, 12);
    const origin = v128.load32_splat(constants, 16);
    const bits = v128.load32_splat(constants, 20);
    const scale = this.scale;
    const dead = this.deadZoneNow;
    const top = this.largest;
    let spikes = v128.load(counter);
    let state = states;
    const end = state + (<usize>count << 2);
    for (; state < end; state += 64) {
      const pa = potentialOf(means, scale, state, origin);
      const ma = v128.and(pa, bits);
      const fa = f32x4.ge(ma, dead);
      const a = emit(state, powerLevel(rule, ma, fa, raise, exponent, one, half, top), pa, bits);
      const pb = potentialOf(means + 16, scale, state + 16, origin);
      const mb = v128.and(pb, bits);
      const fb = f32x4.ge(mb, dead);
      const b = emit(state + 16, powerLevel(rule, mb, fb, raise, exponent, one, half, top), pb, bits);
      const ab = i16x8.narrow_i32x4_s(a, b);
      const pc = potentialOf(means + 32, scale, state + 32, origin);
      const mc = v128.and(pc, bits);
      const fc = f32x4.ge(mc, dead);
      const c = emit(state + 32, powerLevel(rule, mc, fc, raise, exponent, one, half, top), pc, bits);
      const pd = potentialOf(means + 48, scale, state + 48, origin);
      const md = v128.and(pd, bits);
      const fd = f32x4.ge(md, dead);
      const d = emit(state + 48, powerLevel(rule, md, fd, raise, exponent, one, half, top), pd, bits);
      const cd = i16x8.narrow_i32x4_s(c, d);
      v128.store(bytes, v128.xor(i8x16.narrow_i16x8_s(ab, cd), i8x16.splat(-128)));
      spikes = i32x4.sub(spikes, i32x4.add(i32x4.add(fa, fb), i32x4.add(fc, fd)));
      means += 64;
      bytes += 16;
    }
    v128.store(counter, spikes);
  }
}

@unmanaged
export class LevelBytesNearest extends LevelBytes {
  @inline
  stepTile(count: i32, means: usize, decoded: usize, bytes: usize, counter: usize): void {
    this.fireAll(NEAREST, count, means, bytes, counter);
  }
}

/** A class of its own: one with a parameter would ask for the rule at each spike. */
@unmanaged
export class LevelBytesFloor extends LevelBytes {
  @inline
  stepTile(count: i32, means: usize, decoded: usize, bytes: usize, counter: usize): void {
    this.fireAll(FLOOR, count, means, bytes, counter);
  }
}
