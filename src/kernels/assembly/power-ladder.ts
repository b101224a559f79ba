import { constants, FLOOR, NEAREST, powerLevel } from './firing-rule';
import { MultiThreshold } from './multi-threshold';
import { states } from './run-neurons';

/** Magnitude of a potential in units of the threshold of its sign: one of the two products is not negative. */
@inline
function ratioOf(potential: v128, plusInverse: v128, minusInverse: v128): v128 {
  return f32x4.pmax(f32x4.mul(potential, plusInverse), f32x4.mul(potential, minusInverse));
}

/** Potential of four neurons before they fire. */
@inline
function potentialOf(means: usize, time: v128, state: usize): v128 {
  return f32x4.sub(f32x4.mul(v128.load(means), time), v128.load(state));
}

/** Adds the spikes of four neurons to what they have emitted. */
@inline
function emit(state: usize, level: v128, potential: v128, plus: v128, difference: v128): v128 {
  const threshold = v128.xor(plus, v128.and(difference, i32x4.shr_s(potential, 31)));
  const after = f32x4.add(v128.load(state), f32x4.mul(level, threshold));
  v128.store(state, after);
  return after;
}

/**
 * The common case of multi-threshold neurons with base 2: a multiple of sixteen of them, of which only decoded values are wanted. What a step needs stays in registers.
 */
@unmanaged
class PowerLadder extends MultiThreshold {
  @inline
  protected fireAll(rule: i32, count: i32, means: usize, decoded: usize, counter: usize): void {
    const raise = v128.load32_splat(constants);
    const exponent = v128.load32_splat(constants, 4);
    const one = v128.load32_splat(constants, 8);
    const half = v128.load32_splat(constants, 12);
    const time = this.time;
    const share = this.share;
    const plus = this.plus;
    const difference = this.difference;
    const plusInverse = this.plusInverse;
    const minusInverse = this.minusInverse;
    const dead = this.deadZoneNow;
    const top = this.largest;
    let spikes = v128.load(counter);
    let state = states;
    const end = state + (<usize>count << 2);
    for (; state < end; state += 64) {
      const pa = potentialOf(means, time, state);
      const ra = ratioOf(pa, plusInverse, minusInverse);
      const fa = f32x4.ge(ra, dead);
      const la = powerLevel(rule, ra, fa, raise, exponent, one, half, top);
      const qa = emit(state, la, pa, plus, difference);
      v128.store(decoded, f32x4.mul(qa, share));
      const pb = potentialOf(means + 16, time, state + 16);
      const rb = ratioOf(pb, plusInverse, minusInverse);
      const fb = f32x4.ge(rb, dead);
      const lb = powerLevel(rule, rb, fb, raise, exponent, one, half, top);
      const qb = emit(state + 16, lb, pb, plus, difference);
      v128.store(decoded, f32x4.mul(qb, share), 16);
      const pc = potentialOf(means + 32, time, state + 32);
      const rc = ratioOf(pc, plusInverse, minusInverse);
      const fc = f32x4.ge(rc, dead);
      const lc = powerLevel(rule, rc, fc, raise, exponent, one, half, top);
      const qc = emit(state + 32, lc, pc, plus, difference);
      v128.store(decoded, f32x4.mul(qc, share), 32);
      const pd = potentialOf(means + 48, time, state + 48);
      const rd = ratioOf(pd, plusInverse, minusInverse);
      const fd = f32x4.ge(rd, dead);
      const ld = powerLevel(rule, rd, fd, raise, exponent, one, half, top);
      const qd = emit(state + 48, ld, pd, plus, difference);
      v128.store(decoded, f32x4.mul(qd, share), 48);
      spikes = i32x4.sub(spikes, i32x4.add(i32x4.add(fa, fb), i32x4.add(fc, fd)));
      means += 64;
      decoded += 64;
    }
    v128.store(counter, spikes);
  }
}

@unmanaged
export class PowerLadderNearest extends PowerLadder {
  @inline
  stepTile(count: i32, means: usize, decoded: usize, bytes: usize, counter: usize): void {
    this.fireAll(NEAREST, count, means, decoded, counter);
  }
}

/** A class of its own: one with a parameter would ask for the rule at each spike. */
@unmanaged
export class PowerLadderFloor extends PowerLadder {
  @inline
  stepTile(count: i32, means: usize, decoded: usize, bytes: usize, counter: usize): void {
    this.fireAll(FLOOR, count, means, decoded, counter);
  }
}
