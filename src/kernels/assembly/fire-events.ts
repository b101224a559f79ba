/** Neurons side by side at places: channels, eight after eight. Tables are float32 [groups · 8], by channel. */
@unmanaged
export class FireEvents {
  /** Membrane potentials, float32 [places, groups · 8]. */
  potentials: usize;
  /** Whole-number input of this step, int16 [places, groups · 8], set to 0; 0: there is none. */
  sums: usize;
  places: i32;
  groups: i32;
  /** What a unit of the sums is worth. */
  scales: usize;
  /** What arrives at every step. */
  biases: usize;
  thresholds: usize;
  /** What arrives at every step, float32 [places, groups · 8]; 0: nothing. */
  currents: usize;
  /** Spikes of this step that arrive at their own place and channel, as `spikes`; 0: none. */
  shortcut: usize;
  /** What each of them adds. */
  amplitudes: usize;
  /** Where to write the spikes: one bit a channel, [places, pixel]; 0: add the sums to the potentials, and nothing else. */
  spikes: usize;
  /** Bytes from one place to the next, at least `groups`. */
  pixel: i32;
  /** Four int32; the spikes are added to any of them. */
  counter: usize;
}

/** Adds whole-number sums to potentials. */
function foldAll(work: FireEvents): void {
  let potentials = work.potentials;
  let sums = work.sums;
  for (let p = work.places; p > 0; p--) {
    let scales = work.scales;
    for (let g = work.groups; g > 0; g--) {
      const whole = v128.load(sums);
      v128.store(sums, i32x4.splat(0));
      const low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(whole)), v128.load(scales));
      const high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(whole)), v128.load(scales, 16));
      v128.store(potentials, f32x4.add(v128.load(potentials), low));
      v128.store(potentials, f32x4.add(v128.load(potentials, 16), high), 16);
      potentials += 32;
      sums += 16;
      scales += 32;
    }
  }
}

/** One step of four neurons: the spike, the reset. @returns all bits set where a neuron fires */
@inline
function fire(potentials: usize, potential: v128, threshold: v128): v128 {
  const fires = f32x4.ge(potential, threshold);
  v128.store(potentials, f32x4.sub(potential, v128.and(fires, threshold)));
  return fires;
}

/** The amplitudes of four channels where their bits are set. */
@inline
function amplitudesOf(spikes: v128, bits: v128, amplitudes: v128): v128 {
  return v128.and(amplitudes, i32x4.eq(v128.and(spikes, bits), bits));
}

/** @param whole whether there are whole-number sums; `current`, `shortcut`: likewise. Constants, so that each loop asks for nothing */
@inline
function fireAll(work: FireEvents, whole: bool, current: bool, shortcut: bool): void {
  const groups = <usize>work.groups;
  const biases = work.biases;
  const scales = work.scales;
  const thresholds = work.thresholds;
  const amplitudes = work.amplitudes;
  const pixel = <usize>work.pixel;
  let potentials = work.potentials;
  let sums = work.sums;
  let currents = work.currents;
  let arriving = work.shortcut;
  let spikes = work.spikes;
  let number = v128.load(work.counter);
  for (let p = work.places; p > 0; p--) {
    let offset: usize = 0;
    for (let g: usize = 0; g < groups; g++) {
      let low = f32x4.add(v128.load(potentials), v128.load(biases + offset));
      let high = f32x4.add(v128.load(potentials, 16), v128.load(biases + offset, 16));
      if (current) {
        low = f32x4.add(low, v128.load(currents));
        high = f32x4.add(high, v128.load(currents, 16));
        currents += 32;
      }
      if (shortcut) {
        const bits = i32x4.splat(load<u8>(arriving + g));
        low = f32x4.add(low, amplitudesOf(bits, i32x4(1, 2, 4, 8), v128.load(amplitudes + offset)));
        high = f32x4.add(high, amplitudesOf(bits, i32x4(16, 32, 64, 128), v128.load(amplitudes + offset, 16)));
      }
      if (whole) {
        const eight = v128.load(sums);
        v128.store(sums, i32x4.splat(0));
        const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(eight));
        const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(eight));
        low = f32x4.add(low, f32x4.mul(a, v128.load(scales + offset)));
        high = f32x4.add(high, f32x4.mul(b, v128.load(scales + offset, 16)));
        sums += 16;
      }
      const a = fire(potentials, low, v128.load(thresholds + offset));
      const b = fire(potentials + 16, high, v128.load(thresholds + offset, 16));
      number = i32x4.sub(number, i32x4.add(a, b));
      store<u8>(spikes + g, <u8>i16x8.bitmask(i16x8.narrow_i32x4_s(a, b)));
      potentials += 32;
      offset += 32;
    }
    arriving += pixel;
    spikes += pixel;
  }
  v128.store(work.counter, number);
}

/**
 * Integrate-and-fire neurons with soft reset that have received the events of this step:
 * v ← v + bias + current + shortcut + scale·sum; where v ≥ θ a spike, and v ← v − θ.
 */
export function fireEvents(work: FireEvents): void {
  if (work.spikes == 0) foldAll(work);
  else if (work.currents) fireAll(work, false, true, false);
  else if (work.sums) {
    if (work.shortcut) fireAll(work, true, false, true);
    else fireAll(work, true, false, false);
  } else if (work.shortcut) fireAll(work, false, false, true);
  else fireAll(work, false, false, false);
}
