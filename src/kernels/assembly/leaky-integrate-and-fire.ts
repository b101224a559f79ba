import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  emitted: v128;
  potential: v128;
  charge: v128;
}

/**
 * Leaky integrate-and-fire neurons with soft reset: u(t) = λ·v(t−1) + t·x̄(t) − (t−1)·x̄(t−1); a spike a where u(t), or v(t−1) if
 * delayed, reaches θ, or exceeds it; v(t) = u(t) − θ after a spike.
 */
@unmanaged
export class LeakyIntegrateAndFire extends NeuronRun {
  threshold: f32;
  initialPotential: f32;
  leak: f32;
  amplitude: f32;
  exceeding: i32;
  delayed: i32;

  @inline
  begin(state: State): void {
    state.emitted = f32x4.splat(0);
    state.potential = f32x4.splat(this.initialPotential);
    state.charge = f32x4.splat(0);
  }

  @inline
  step(mean: v128, state: State): v128 {
    const charge = f32x4.mul(mean, this.time);
    const next = f32x4.add(f32x4.mul(state.potential, f32x4.splat(this.leak)), f32x4.sub(charge, state.charge));
    const potential = this.delayed ? state.potential : next;
    const threshold = f32x4.splat(this.threshold);
    const fired = this.exceeding ? f32x4.gt(potential, threshold) : f32x4.ge(potential, threshold);
    const spike = v128.and(f32x4.splat(this.amplitude), fired);
    state.emitted = f32x4.add(state.emitted, spike);
    state.potential = f32x4.sub(next, v128.and(threshold, fired));
    state.charge = charge;
    return spike;
  }

  @inline
  decode(state: State): v128 {
    return f32x4.div(state.emitted, this.time);
  }
}

export function leakyIntegrateAndFire(run: LeakyIntegrateAndFire): void {
  runNeurons<LeakyIntegrateAndFire, State>(run);
}
