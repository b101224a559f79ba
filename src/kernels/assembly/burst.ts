import { thresholdOf } from './firing-rule';
import { Floats, NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  emitted: v128;
  number: v128;
}

/**
 * Neurons that fire up to `most` times in a step, each time the level of a ladder that the rest of the potential calls for.
 * Boundaries, the smallest potential at which each level fires, and levels ascend, in units of the threshold.
 */
@unmanaged
export class Burst extends NeuronRun {
  boundaries: Floats;
  levels: Floats;
  length: i32;
  most: i32;
  thresholdPositive: f32;
  thresholdNegative: f32;
  private plusInverse: v128;
  private minusInverse: v128;

  @inline
  prepare(): void {
    this.plusInverse = f32x4.div(f32x4.splat(1), f32x4.splat(this.thresholdPositive));
    this.minusInverse = f32x4.div(f32x4.splat(-1), f32x4.splat(this.thresholdNegative));
  }

  @inline
  step(mean: v128, state: State): v128 {
    const zero = f32x4.splat(0);
    const one = f32x4.splat(1);
    const potential = f32x4.sub(f32x4.mul(mean, this.time), state.emitted);
    let rest = potential;
    let number = zero;
    for (let j = 0; j < this.most; j++) {
      const theta = thresholdOf(rest, this.thresholdPositive, this.thresholdNegative);
      const ratio = f32x4.pmax(f32x4.mul(rest, this.plusInverse), f32x4.mul(rest, this.minusInverse));
      let level = zero;
      for (let k = 0; k < this.length; k++) {
        level = v128.bitselect(this.levels.at(k), level, f32x4.ge(ratio, this.boundaries.at(k)));
      }
      rest = f32x4.sub(rest, f32x4.mul(level, theta));
      number = f32x4.add(number, v128.and(one, f32x4.ne(level, zero)));
    }
    const sum = f32x4.sub(potential, rest);
    state.emitted = f32x4.add(state.emitted, sum);
    state.number = number;
    return sum;
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

export function burst(run: Burst): void {
  runNeurons<Burst, State>(run);
}
