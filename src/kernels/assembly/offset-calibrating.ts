import { integratedSpike } from './firing-rule';
import { loadLanes } from './lanes';
import { NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

/** Margins by which a shift moves the potential beyond the threshold, in units of the threshold. */
const SILENCE: f32 = 0.999;
const FIRE: f32 = 1.001;

@unmanaged
class State {
  emitted: v128;
  initial: v128;
}

/**
 * Integrate-and-fire neurons that rehearse in `hidden` steps, shift their initial potential by what that tells,
 * `iterations` times, and then run the hidden steps and the others, each from t = 1.
 */
@unmanaged
export class OffsetCalibrating extends NeuronRun {
  hidden: i32;
  iterations: i32;
  /** 1 where the first rehearsal decides about later shifts, too. */
  judgesFirst: i32;
  threshold: f32;
  initialPotential: f32;
  amplitude: f32;
  private charge: v128;
  private judgedCount: v128;
  private judgedResidual: v128;

  @inline
  prepare(): void {
    this.charge = f32x4.div(f32x4.splat(this.threshold), f32x4.splat(this.amplitude));
  }

  @inline
  rehearse(means: usize, lanes: i32, state: State): void {
    let potential = f32x4.splat(this.initialPotential);
    for (let k = 0; k < this.iterations; k++) potential = f32x4.add(potential, this.shift(means, lanes, potential, k));
    state.initial = potential;
  }

  @inline
  begin(state: State): void {
    state.emitted = f32x4.splat(0);
  }

  @inline
  step(mean: v128, state: State): v128 {
    const accumulated = f32x4.add(f32x4.mul(mean, this.time), state.initial);
    const spike = integratedSpike(accumulated, state.emitted, this.charge, this.amplitude, this.threshold);
    state.emitted = f32x4.add(state.emitted, spike);
    return spike;
  }

  @inline
  decode(state: State): v128 {
    return f32x4.div(state.emitted, this.time);
  }

  /** By how much four neurons shift their initial potential after the rehearsal number k, from `potential`. */
  @inline
  private shift(means: usize, lanes: i32, potential: v128, k: i32): v128 {
    const theta = f32x4.splat(this.threshold);
    const one = f32x4.splat(1);
    let count = f32x4.splat(0);
    let lowestFiring = f32x4.splat(1e30);
    let highestSilent = f32x4.splat(-1e30);
    let last = count;
    for (let t = 1; t <= this.hidden; t++) {
      last = loadLanes(means, lanes);
      const sum = f32x4.add(f32x4.mul(last, f32x4.splat(<f32>t)), potential);
      const m = f32x4.sub(sum, f32x4.mul(count, theta));
      const fires = f32x4.ge(m, theta);
      lowestFiring = v128.bitselect(f32x4.pmin(lowestFiring, m), lowestFiring, fires);
      highestSilent = v128.bitselect(highestSilent, f32x4.pmax(highestSilent, m), fires);
      count = f32x4.add(count, v128.and(one, fires));
      means += this.meansStride;
    }
    const received = f32x4.add(f32x4.mul(last, f32x4.splat(<f32>this.hidden)), f32x4.splat(this.initialPotential));
    if (k == 0 || this.judgesFirst == 0) {
      this.judgedCount = count;
      this.judgedResidual = f32x4.sub(received, f32x4.mul(count, theta));
    }
    const times = <f32>(this.judgesFirst * k);
    const residual = this.judgedResidual;
    const surplus = f32x4.lt(residual, f32x4.mul(theta, f32x4.splat(-times)));
    const lost = v128.and(f32x4.gt(this.judgedCount, f32x4.splat(times)), f32x4.gt(count, f32x4.splat(0)));
    const tooMany = v128.and(surplus, lost);
    const missing = f32x4.ge(residual, f32x4.mul(theta, f32x4.splat(max<f32>(1, times))));
    // Where a spike is lost none is gained.
    const tooFew = v128.andnot(v128.and(missing, f32x4.lt(count, f32x4.splat(<f32>this.hidden))), tooMany);
    const down = f32x4.pmax(theta, f32x4.sub(lowestFiring, f32x4.mul(theta, f32x4.splat(SILENCE))));
    const up = f32x4.pmax(theta, f32x4.sub(f32x4.mul(theta, f32x4.splat(FIRE)), highestSilent));
    return f32x4.sub(v128.and(up, tooFew), v128.and(down, tooMany));
  }
}

export function offsetCalibrating(run: OffsetCalibrating): void {
  runNeurons<OffsetCalibrating, State>(run);
}
