import { Floats, NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  sum: v128;
  number: v128;
}

/** Few-spikes neurons in the general form: thresholds, resets and worths of the internal steps. */
@unmanaged
export class FewSpikesFunction extends NeuronRun {
  thresholds: Floats;
  resets: Floats;
  worths: Floats;
  length: i32;

  @inline
  step(mean: v128, state: State): v128 {
    const one = f32x4.splat(1);
    let value = mean;
    let sum = f32x4.splat(0);
    let number = sum;
    for (let k = 0; k < this.length; k++) {
      const fires = f32x4.ge(value, this.thresholds.at(k));
      value = f32x4.sub(value, v128.and(this.resets.at(k), fires));
      sum = f32x4.add(sum, v128.and(this.worths.at(k), fires));
      number = f32x4.add(number, v128.and(one, fires));
    }
    state.sum = sum;
    state.number = number;
    return sum;
  }

  @inline
  decode(state: State): v128 {
    return state.sum;
  }

  @inline
  spikesIn(state: State): v128 {
    return state.number;
  }
}

export function fewSpikesFunction(run: FewSpikesFunction): void {
  runNeurons<FewSpikesFunction, State>(run);
}
