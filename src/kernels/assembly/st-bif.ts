import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  tracer: v128;
  sent: v128;
}

/** Ternary neurons with a spike tracer, which stays between `lowest` and `highest`. */
@unmanaged
export class StBif extends NeuronRun {
  threshold: f32;
  lowest: f32;
  highest: f32;
  private start: v128;

  @inline
  prepare(): void {
    this.start = f32x4.mul(f32x4.splat(this.threshold), f32x4.splat(0.5));
  }

  @inline
  step(mean: v128, state: State): v128 {
    const one = f32x4.splat(1);
    const tracer = state.tracer;
    const received = f32x4.add(mean, this.start);
    const potential = f32x4.sub(received, f32x4.mul(tracer, f32x4.splat(this.threshold)));
    const rises = v128.and(f32x4.ge(potential, f32x4.splat(this.threshold)), f32x4.lt(tracer, f32x4.splat(this.highest)));
    const falls = v128.and(f32x4.lt(potential, f32x4.splat(0)), f32x4.gt(tracer, f32x4.splat(this.lowest)));
    const sign = f32x4.sub(v128.and(one, rises), v128.and(one, falls));
    state.tracer = f32x4.add(tracer, sign);
    state.sent = f32x4.mul(state.tracer, f32x4.splat(this.threshold));
    return f32x4.mul(sign, f32x4.splat(this.threshold));
  }

  @inline
  decode(state: State): v128 {
    return state.sent;
  }
}

export function stBif(run: StBif): void {
  runNeurons<StBif, State>(run);
}
