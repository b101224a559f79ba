import { loadLanes, storeLanes } from './lanes';

/** Adds whole numbers to running sums. */
@inline
function addTo(sums: usize, products: usize, count: i32): void {
  const whole = count & ~3;
  let at: usize = 0;
  for (let i = 0; i < whole; i += 4, at += 16) {
    v128.store(sums + at, i32x4.add(v128.load(sums + at), v128.load(products + at)));
  }
  const rest = count - whole;
  if (rest > 0) storeLanes(sums + at, i32x4.add(loadLanes(sums + at, rest), loadLanes(products + at, rest)), rest);
}

@inline
function meanOf(sums: v128, scale: f32, bias: f32): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.splat(scale)), f32x4.splat(bias));
}

/** Means of four channels from `sums` on; `row` is the bytes of a pixel, `plane` those of a channel. */
@inline
function fourChannels(
  sums: usize, row: usize, to: usize, plane: usize, pixels: i32, share: f32, scales: usize, biases: usize,
): void {
  const s0 = load<f32>(scales) * share;
  const s1 = load<f32>(scales, 4) * share;
  const s2 = load<f32>(scales, 8) * share;
  const s3 = load<f32>(scales, 12) * share;
  const b0 = load<f32>(biases);
  const b1 = load<f32>(biases, 4);
  const b2 = load<f32>(biases, 8);
  const b3 = load<f32>(biases, 12);
  let p = 0;
  for (; p + 4 <= pixels; p += 4) {
    const a = v128.load(sums);
    const b = v128.load(sums + row);
    const c = v128.load(sums + 2 * row);
    const d = v128.load(sums + 3 * row);
    const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const low = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const high = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, meanOf(i64x2.shuffle(ab, cd, 0, 2), s0, b0));
    v128.store(to + plane, meanOf(i64x2.shuffle(ab, cd, 1, 3), s1, b1));
    v128.store(to + 2 * plane, meanOf(i64x2.shuffle(low, high, 0, 2), s2, b2));
    v128.store(to + 3 * plane, meanOf(i64x2.shuffle(low, high, 1, 3), s3, b3));
    sums += 4 * row;
    to += 16;
  }
  for (; p < pixels; p++) {
    store<f32>(to, <f32>load<i32>(sums) * s0 + b0);
    store<f32>(to + plane, <f32>load<i32>(sums, 4) * s1 + b1);
    store<f32>(to + 2 * plane, <f32>load<i32>(sums, 8) * s2 + b2);
    store<f32>(to + 3 * plane, <f32>load<i32>(sums, 12) * s3 + b3);
    sums += row;
    to += 4;
  }
}

/** Means of one channel. */
@inline
function oneChannel(sums: usize, row: usize, to: usize, pixels: i32, scale: f32, bias: f32): void {
  for (let p = 0; p < pixels; p++) {
    store<f32>(to, <f32>load<i32>(sums) * scale + bias);
    sums += row;
    to += 4;
  }
}

/** The products of a convolution over all steps. Addresses and strides are in bytes. */
@unmanaged
export class AccumulatePlanes {
  products: usize;
  /** From one step to the next. */
  stride: usize;
  images: i32;
  pixels: i32;
  channels: i32;
  steps: i32;
  /** One for each channel, float32; likewise `biases`. */
  scales: usize;
  biases: usize;
  /** Memory for the sums of one image, [pixels, channels]. */
  sums: usize;
}

/**
 * Turns the whole-number products of a convolution into running means, in place, and moves the channels in front: int32
 * [T, images, pixels, channels] becomes float32 [T, images, channels, pixels],
 * mean(t) = scale[c]·(p(1)+…+p(t))/t + bias[c].
 */
export function accumulatePlanes(work: AccumulatePlanes): void {
  const pixels = work.pixels;
  const channels = work.channels;
  const steps = work.steps;
  const stride = work.stride;
  const scales = work.scales;
  const biases = work.biases;
  const sums = work.sums;
  const row = <usize>channels << 2;
  const plane = <usize>pixels << 2;
  const size = <usize>pixels * row;
  let products = work.products;
  for (let image = work.images; image > 0; image--) {
    memory.fill(sums, 0, size);
    let place = products;
    for (let t = 1; t <= steps; t++) {
      addTo(sums, place, pixels * channels);
      const share = <f32>1 / <f32>t;
      let c = 0;
      let at: usize = 0;
      let to = place;
      for (; c + 4 <= channels; c += 4, at += 16, to += 4 * plane) {
        fourChannels(sums + at, row, to, plane, pixels, share, scales + at, biases + at);
      }
      for (; c < channels; c++, at += 4, to += plane) {
        oneChannel(sums + at, row, to, pixels, load<f32>(scales + at) * share, load<f32>(biases + at));
      }
      place += stride;
    }
    products += size;
  }
}
