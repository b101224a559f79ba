import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  emitted: v128;
  potential: v128;
  current: v128;
  charge: v128;
}

/**
 * Current-based leaky integrate-and-fire neurons: I(t) = α·I(t−1) + t·x̄(t) − (t−1)·x̄(t−1); u(t) = λ·v(t−1) + g·I(t) + d; a spike a where
 * u(t) exceeds θ; after it v(t) is u(t) − θ, or the reset potential.
 */
@unmanaged
export class CurrentBased extends NeuronRun {
  threshold: f32;
  resetPotential: f32;
  initialPotential: f32;
  leak: f32;
  synapticLeak: f32;
  gain: f32;
  drive: f32;
  amplitude: f32;
  subtracts: i32;

  @inline
  begin(state: State): void {
    state.emitted = f32x4.splat(0);
    state.potential = f32x4.splat(this.initialPotential);
    state.current = f32x4.splat(0);
    state.charge = f32x4.splat(0);
  }

  @inline
  step(mean: v128, state: State): v128 {
    const charge = f32x4.mul(mean, this.time);
    const kept = f32x4.mul(state.current, f32x4.splat(this.synapticLeak));
    state.current = f32x4.add(kept, f32x4.sub(charge, state.charge));
    const leaked = f32x4.mul(state.potential, f32x4.splat(this.leak));
    const charged = f32x4.add(leaked, f32x4.mul(state.current, f32x4.splat(this.gain)));
    const reached = f32x4.add(charged, f32x4.splat(this.drive));
    const threshold = f32x4.splat(this.threshold);
    const fired = f32x4.gt(reached, threshold);
    const spike = v128.and(f32x4.splat(this.amplitude), fired);
    const after = this.subtracts ? f32x4.sub(reached, threshold) : f32x4.splat(this.resetPotential);
    state.emitted = f32x4.add(state.emitted, spike);
    state.potential = v128.bitselect(after, reached, fired);
    state.charge = charge;
    return spike;
  }

  @inline
  decode(state: State): v128 {
    return f32x4.div(state.emitted, this.time);
  }
}

export function currentBased(run: CurrentBased): void {
  runNeurons<CurrentBased, State>(run);
}
