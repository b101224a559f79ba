import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  emitted: v128;
}

/** Charge-aligned neurons: Q(t) = θ·clip(⌊t·x̄(t)/θ + κ⌋, 0, most·t + extra). Every step whose count changes is one spike. */
@unmanaged
export class ChargeAligned extends NeuronRun {
  threshold: f32;
  kappa: f32;
  /** Spikes a step at most, on average. */
  most: f32;
  /** Spikes beyond that. */
  extra: f32;

  @inline
  step(mean: v128, state: State): v128 {
    const charge = f32x4.div(f32x4.mul(mean, this.time), f32x4.splat(this.threshold));
    const whole = f32x4.floor(f32x4.add(charge, f32x4.splat(this.kappa)));
    const highest = f32x4.add(f32x4.mul(this.time, f32x4.splat(this.most)), f32x4.splat(this.extra));
    const next = f32x4.mul(f32x4.pmin(f32x4.pmax(whole, f32x4.splat(0)), highest), f32x4.splat(this.threshold));
    const spike = f32x4.sub(next, state.emitted);
    state.emitted = next;
    return spike;
  }

  @inline
  decode(state: State): v128 {
    return f32x4.div(state.emitted, this.time);
  }
}

export function chargeAligned(run: ChargeAligned): void {
  runNeurons<ChargeAligned, State>(run);
}
