import { integratedSpike } from './firing-rule';
import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  emitted: v128;
}

/** Integrate-and-fire neurons with soft reset: a spike of amplitude a where the potential reaches θ. */
@unmanaged
export class IntegrateAndFire extends NeuronRun {
  threshold: f32;
  initialPotential: f32;
  amplitude: f32;
  private charge: v128;

  @inline
  prepare(): void {
    this.charge = f32x4.div(f32x4.splat(this.threshold), f32x4.splat(this.amplitude));
  }

  /** In the order of operations of the lowering: t·x̄(t) + v(0) − Q·(θ/a). */
  @inline
  step(mean: v128, state: State): v128 {
    const accumulated = f32x4.add(f32x4.mul(mean, this.time), f32x4.splat(this.initialPotential));
    const spike = integratedSpike(accumulated, state.emitted, this.charge, this.amplitude, this.threshold);
    state.emitted = f32x4.add(state.emitted, spike);
    return spike;
  }

  @inline
  decode(state: State): v128 {
    return f32x4.div(state.emitted, this.time);
  }
}

export function integrateAndFire(run: IntegrateAndFire): void {
  runNeurons<IntegrateAndFire, State>(run);
}
