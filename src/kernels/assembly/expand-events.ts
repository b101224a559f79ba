/** The spikes of one image over all steps. Addresses and strides are in bytes; 0 as an address: not wanted. */
@unmanaged
export class ExpandEvents {
  /** Step 1: one bit a channel, [places, pixel]. */
  events: usize;
  /** From one step to the next of the events. */
  eventStride: i32;
  pixel: i32;
  places: i32;
  channels: i32;
  steps: i32;
  /** What a spike stands for, by channel, float32. */
  amplitudes: usize;
  /** Memory for what was emitted, float32 [channels, places] and 16 bytes more. */
  emitted: usize;
  /** Step 1 of Q(t)/t, float32 [channels, places]; likewise `spikes`. */
  decoded: usize;
  spikes: usize;
  /** From one step to the next of what is written. */
  stride: i32;
}

/** Words with the bit of a channel at four places. */
@inline
function fourWords(from: usize, pixel: usize): v128 {
  if (pixel == 4) return v128.load(from);
  let words = v128.load32_zero(from);
  words = v128.load32_lane(from + pixel, words, 1);
  words = v128.load32_lane(from + 2 * pixel, words, 2);
  return v128.load32_lane(from + 3 * pixel, words, 3);
}

/** Writes spikes and what they decode to as float32, channels in front. */
export function expandEvents(work: ExpandEvents): void {
  const places = work.places;
  const pixel = <usize>work.pixel;
  memory.fill(work.emitted, 0, <usize>(work.channels * places) << 2);
  let events = work.events;
  let decoded = work.decoded;
  let spikes = work.spikes;
  for (let t = 1; t <= work.steps; t++) {
    const time = <f32>t;
    let at: usize = 0;
    for (let c = 0; c < work.channels; c++) {
      const amplitude = load<f32>(work.amplitudes + (<usize>c << 2));
      const bit = 1 << (c & 31);
      let words = events + (<usize>(c >> 5) << 2);
      let p = 0;
      for (; p + 4 <= places; p += 4, at += 16, words += 4 * pixel) {
        const found = i32x4.ne(v128.and(fourWords(words, pixel), i32x4.splat(bit)), i32x4.splat(0));
        const spike = v128.and(found, f32x4.splat(amplitude));
        const sum = f32x4.add(v128.load(work.emitted + at), spike);
        v128.store(work.emitted + at, sum);
        if (decoded) v128.store(decoded + at, f32x4.div(sum, f32x4.splat(time)));
        if (spikes) v128.store(spikes + at, spike);
      }
      for (; p < places; p++, at += 4, words += pixel) {
        const spike: f32 = load<u32>(words) & bit ? amplitude : 0;
        const sum = load<f32>(work.emitted + at) + spike;
        store<f32>(work.emitted + at, sum);
        if (decoded) store<f32>(decoded + at, sum / time);
        if (spikes) store<f32>(spikes + at, spike);
      }
    }
    events += <usize>work.eventStride;
    if (decoded) decoded += <usize>work.stride;
    if (spikes) spikes += <usize>work.stride;
  }
}

/** Moves channels last: float32 [channels, places] becomes [places, row], the rest of a row 0. `row` is in numbers. */
export function planesToRows(from: usize, channels: i32, places: i32, to: usize, row: i32): void {
  memory.fill(to, 0, <usize>(places * row) << 2);
  for (let c = 0; c < channels; c++) {
    let at = to + (<usize>c << 2);
    for (let p = 0; p < places; p++) {
      store<f32>(at, load<f32>(from));
      from += 4;
      at += <usize>row << 2;
    }
  }
}
