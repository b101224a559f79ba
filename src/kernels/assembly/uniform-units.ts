import { thresholdOf } from './firing-rule';
import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  emitted: v128;
  number: v128;
}

/** Neurons that emit whole units of a threshold: ±θ·min(⌊|m|/θ + 1/2⌋, N). */
@unmanaged
export class UniformUnits extends NeuronRun {
  /** 1: m = x̄(t) − D(t−1), decoded D(t); 0: m = t·x̄(t) − Q(t−1), decoded Q(t)/t. */
  differential: i32;
  thresholdPositive: f32;
  thresholdNegative: f32;
  units: f32;
  /** What a step counts as at most. */
  mostSpikes: f32;

  @inline
  at(t: i32): void {
    this.divideBy(this.differential ? 1 : t);
  }

  @inline
  step(mean: v128, state: State): v128 {
    const potential = f32x4.sub(f32x4.mul(mean, this.time), state.emitted);
    const theta = thresholdOf(potential, this.thresholdPositive, this.thresholdNegative);
    const nearest = f32x4.floor(f32x4.add(f32x4.div(potential, theta), f32x4.splat(0.5)));
    const units = f32x4.pmin(nearest, f32x4.splat(this.units));
    const spike = f32x4.mul(units, theta);
    state.emitted = f32x4.add(state.emitted, spike);
    state.number = f32x4.pmin(units, f32x4.splat(this.mostSpikes));
    return spike;
  }

  @inline
  decode(state: State): v128 {
    return f32x4.mul(state.emitted, this.share);
  }

  @inline
  spikesIn(state: State): v128 {
    return state.number;
  }
}

export function uniformUnits(run: UniformUnits): void {
  runNeurons<UniformUnits, State>(run);
}
