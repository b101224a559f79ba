import { loadLanes, storeLanes } from './lanes';

/** All steps of up to four output channels. */
@inline
function channelsOver(
  lanes: i32, products: usize, stride: usize, means: usize, meansStride: usize, steps: i32, scale: v128, bias: v128,
): void {
  let sum = i32x4.splat(0);
  for (let t = 1; t <= steps; t++) {
    sum = i32x4.add(sum, loadLanes(products, lanes));
    const mean = f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, f32x4.splat(<f32>1 / <f32>t)));
    storeLanes(means, f32x4.add(mean, bias), lanes);
    products += stride;
    means += meansStride;
  }
}

@inline
function meanOf(sum: v128, share: v128, scales: usize, biases: usize): v128 {
  const mean = f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.mul(v128.load(scales), share));
  return f32x4.add(mean, v128.load(biases));
}

/** All steps of sixteen output channels: four independent chains keep the processor busy. */
@inline
function sixteenOver(
  products: usize, stride: usize, means: usize, meansStride: usize, steps: i32, scales: usize, biases: usize,
): void {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let t = 1; t <= steps; t++) {
    const share = f32x4.splat(<f32>1 / <f32>t);
    a = i32x4.add(a, v128.load(products));
    b = i32x4.add(b, v128.load(products, 16));
    c = i32x4.add(c, v128.load(products, 32));
    d = i32x4.add(d, v128.load(products, 48));
    v128.store(means, meanOf(a, share, scales, biases));
    v128.store(means, meanOf(b, share, scales + 16, biases + 16), 16);
    v128.store(means, meanOf(c, share, scales + 32, biases + 32), 32);
    v128.store(means, meanOf(d, share, scales + 48, biases + 48), 48);
    products += stride;
    means += meansStride;
  }
}

/** Whole-number products of all steps, and where their running means go. Addresses and strides are in bytes. */
@unmanaged
export class Accumulate {
  products: usize;
  /** From one step's products to the next. */
  stride: usize;
  /** From one row of products to the next. */
  row: usize;
  /** May be the place of the products if all strides are the same. */
  means: usize;
  meansStride: usize;
  meansRow: usize;
  rows: i32;
  channels: i32;
  steps: i32;
  /** One for each channel, float32; likewise `biases`. */
  scales: usize;
  biases: usize;
}

/**
 * Turns whole-number products of each step into running means: int32 [T, rows, channels] becomes float32
 * mean(t) = scale[c]·(p(1)+…+p(t))/t + bias[c].
 */
export function accumulate(work: Accumulate): void {
  const stride = work.stride;
  const row = work.row;
  const meansStride = work.meansStride;
  const meansRow = work.meansRow;
  const channels = work.channels;
  const steps = work.steps;
  const scales = work.scales;
  const biases = work.biases;
  const blocks = channels & ~15;
  let products = work.products;
  let means = work.means;
  for (let r = work.rows; r > 0; r--) {
    for (let c = 0; c < blocks; c += 16) {
      const at = <usize>c << 2;
      sixteenOver(products + at, stride, means + at, meansStride, steps, scales + at, biases + at);
    }
    for (let c = blocks; c < channels; c += 4) {
      const at = <usize>c << 2;
      const rest = min(4, channels - c);
      if (rest == 4) {
        const scale = v128.load(scales + at);
        channelsOver(4, products + at, stride, means + at, meansStride, steps, scale, v128.load(biases + at));
      } else {
        const scale = loadLanes(scales + at, rest);
        const bias = loadLanes(biases + at, rest);
        channelsOver(rest, products + at, stride, means + at, meansStride, steps, scale, bias);
      }
    }
    products += row;
    means += meansRow;
  }
}
