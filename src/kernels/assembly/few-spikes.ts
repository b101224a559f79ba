import { thresholdOf } from './firing-rule';
import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  emitted: v128;
  number: v128;
}

/** Few-spikes neurons with a binary code; `top` is the worth of its first digit in units of the threshold, a power of two. */
@unmanaged
export class FewSpikes extends NeuronRun {
  top: f32;
  /** What is added to the value, in units of the threshold: a half where the code rounds. */
  offset: f32;
  /** 1 where a digit is told above its worth alone. */
  strict: i32;
  thresholdPositive: f32;
  thresholdNegative: f32;

  @inline
  step(mean: v128, state: State): v128 {
    const one = f32x4.splat(1);
    const potential = f32x4.sub(f32x4.mul(mean, this.time), state.emitted);
    const theta = thresholdOf(potential, this.thresholdPositive, this.thresholdNegative);
    let value = f32x4.add(f32x4.div(potential, theta), f32x4.splat(this.offset));
    let code = f32x4.splat(0);
    let number = code;
    for (let digit = this.top; digit >= 1; digit *= 0.5) {
      const weight = f32x4.splat(digit);
      const fires = this.strict ? f32x4.gt(value, weight) : f32x4.ge(value, weight);
      const told = v128.and(weight, fires);
      value = f32x4.sub(value, told);
      code = f32x4.add(code, told);
      number = f32x4.add(number, v128.and(one, fires));
    }
    const spike = f32x4.mul(code, theta);
    state.emitted = f32x4.add(state.emitted, spike);
    state.number = number;
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

export function fewSpikes(run: FewSpikes): void {
  runNeurons<FewSpikes, State>(run);
}
