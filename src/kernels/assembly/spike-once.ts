import { Floats, NeuronRun } from './neuron-run';
import { runNeurons } from './run-neurons';

@unmanaged
class State {
  told: v128;
  number: v128;
}

/** Neurons that spike once: what they received, rounded to what a spike in one of the slots is worth. */
@unmanaged
export class SpikeOnce extends NeuronRun {
  window: f32;
  offset: f32;
  slotShare: f32;
  /** 0: linear, 1: exponential, 2: continuous. */
  code: i32;
  /** Exponential code, in units of the window. */
  worths: Floats;
  bounds: Floats;
  lastBounds: Floats;
  /** Its largest number of slots. */
  most: i32;

  @inline
  step(mean: v128, state: State): v128 {
    const offset = f32x4.splat(this.offset);
    const value = f32x4.sub(mean, offset);
    const told = this.tell(value);
    state.told = f32x4.add(told, offset);
    state.number = v128.and(f32x4.splat(1), f32x4.gt(told, f32x4.splat(0)));
    return told;
  }

  @inline
  tell(value: v128): v128 {
    const zero = f32x4.splat(0);
    const window = f32x4.splat(this.window);
    if (this.code == 2) return f32x4.pmin(f32x4.pmax(value, zero), window);
    const half = f32x4.splat(0.5);
    const rounded = f32x4.floor(f32x4.add(f32x4.mul(f32x4.splat(this.slotShare), this.time), half));
    const slots = f32x4.pmax(rounded, f32x4.splat(1));
    if (this.code == 1) return this.tellExponential(value, window, f32x4.extract_lane(slots, 0));
    const slot = f32x4.div(window, slots);
    const number = f32x4.floor(f32x4.add(f32x4.div(value, slot), half));
    return f32x4.mul(f32x4.pmin(f32x4.pmax(number, zero), slots), slot);
  }

  @inline
  tellExponential(value: v128, window: v128, slots: f32): v128 {
    const used = min(this.most, <i32>min(slots, <f32>this.most));
    let told = f32x4.splat(0);
    for (let k = used - 1; k >= 0; k--) {
      const share = k + 1 < used ? this.bounds.at(k) : this.lastBounds.at(k);
      const fires = f32x4.ge(value, f32x4.mul(window, share));
      told = v128.bitselect(f32x4.mul(window, this.worths.at(k)), told, fires);
    }
    return told;
  }

  @inline
  decode(state: State): v128 {
    return state.told;
  }

  @inline
  spikesIn(state: State): v128 {
    return state.number;
  }
}

export function spikeOnce(run: SpikeOnce): void {
  runNeurons<SpikeOnce, State>(run);
}
