import { constants, NEAREST, powerLevel, SCANNED } from './firing-rule';
import { Floats, NeuronRun } from './neuron-run';

@unmanaged
export class State {
  emitted: v128;
}

/** Multi-threshold neurons. Dead zone, boundaries and levels are in units of the threshold. */
@unmanaged
export class MultiThreshold extends NeuronRun {
  rule: i32;
  /** First step at which neurons with differential coding may fire; 0: running means. */
  firstStep: i32;
  /** For rule SCANNED: potentials from which the levels above the lowest fire, ascending, and those levels. */
  boundaries: Floats;
  levels: Floats;
  length: i32;
  thresholdPositive: f32;
  thresholdNegative: f32;
  /** Smallest potential that makes a spike. */
  deadZone: f32;
  /** Largest level, for the other rules. */
  top: f32;
  protected plus: v128;
  protected minus: v128;
  protected plusInverse: v128;
  protected minusInverse: v128;
  /** What both thresholds, one of them negative, differ in. */
  protected difference: v128;
  protected largest: v128;
  protected deadZoneNow: v128;
  /** Factor from means to potentials in thresholds. */
  protected scale: v128;

  @inline
  prepare(): void {
    this.plus = f32x4.splat(this.thresholdPositive);
    this.minus = f32x4.splat(-this.thresholdNegative);
    this.plusInverse = f32x4.splat(<f32>1 / this.thresholdPositive);
    this.minusInverse = f32x4.splat(<f32>-1 / this.thresholdNegative);
    this.difference = v128.xor(this.plus, this.minus);
    this.largest = f32x4.splat(this.bytes ? min(this.top, <f32>127) : this.top);
  }

  @inline
  at(t: i32): void {
    this.divideBy(this.firstStep ? 1 : t);
    // Before their first step nothing reaches the dead zone, not even infinity.
    this.deadZoneNow = f32x4.splat(t < this.firstStep ? <f32>NaN : this.deadZone);
    this.scale = f32x4.splat(<f32>t / this.thresholdPositive);
  }

  @inline
  decode(state: State): v128 {
    return f32x4.mul(state.emitted, this.share);
  }

  @inline
  levelIn(spike: v128): v128 {
    const theta = v128.bitselect(f32x4.neg(this.minus), this.plus, f32x4.lt(spike, f32x4.splat(0)));
    return f32x4.nearest(f32x4.div(spike, theta));
  }

  @inline
  protected fire(rule: i32, mean: v128, state: State): v128 {
    const potential = f32x4.sub(f32x4.mul(mean, this.time), state.emitted);
    const below = f32x4.lt(potential, f32x4.splat(0));
    const ratio = f32x4.mul(potential, v128.bitselect(this.minusInverse, this.plusInverse, below));
    const level = this.levelOf(rule, ratio);
    const theta = v128.bitselect(this.minus, this.plus, below);
    const spike = f32x4.mul(level, theta);
    state.emitted = f32x4.add(state.emitted, spike);
    return spike;
  }

  @inline
  private levelOf(rule: i32, ratio: v128): v128 {
    const fires = f32x4.ge(ratio, this.deadZoneNow);
    const one = v128.load32_splat(constants, 8);
    if (rule == SCANNED) {
      let level = one;
      for (let k = 0; k < this.length; k++) {
        level = v128.bitselect(this.levels.at(k), level, f32x4.ge(ratio, this.boundaries.at(k)));
      }
      return v128.and(level, fires);
    }
    const raise = v128.load32_splat(constants);
    const exponent = v128.load32_splat(constants, 4);
    const half = v128.load32_splat(constants, 12);
    return powerLevel(rule, ratio, fires, raise, exponent, one, half, this.largest);
  }
}
