import { loadLanes, storeLanes } from './lanes';

/** All steps of up to four output channels. */
@inline
function channelsOver(lanes: i32, products: usize, stride: usize, steps: i32, scale: v128, bias: v128): void {
  let sum = i32x4.splat(0);
  for (let t = 1; t <= steps; t++) {
    sum = i32x4.add(sum, loadLanes(products, lanes));
    const mean = f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.mul(scale, f32x4.splat(<f32>1 / <f32>t)));
    storeLanes(products, f32x4.add(mean, bias), lanes);
    products += stride;
  }
}

@inline
function meanOf(sum: v128, share: v128, scales: usize, biases: usize): v128 {
  const mean = f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.mul(v128.load(scales), share));
  return f32x4.add(mean, v128.load(biases));
}

/** All steps of sixteen output channels: four independent chains keep the processor busy. */
@inline
function sixteenOver(products: usize, stride: usize, steps: i32, scales: usize, biases: usize): void {
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
    v128.store(products, meanOf(a, share, scales, biases));
    v128.store(products, meanOf(b, share, scales + 16, biases + 16), 16);
    v128.store(products, meanOf(c, share, scales + 32, biases + 32), 32);
    v128.store(products, meanOf(d, share, scales + 48, biases + 48), 48);
    products += stride;
  }
}

/**
 * Turns whole-number products of each step into running means, in place: int32 [T, rows, channels] becomes float32
 * mean(t) = scale[c]·(p(1)+…+p(t))/t + bias[c]. Addresses and the stride of the steps are in bytes.
 */
export function accumulate(
  products: usize,
  stride: usize,
  rows: i32,
  channels: i32,
  steps: i32,
  scales: usize,
  biases: usize,
): void {
  const blocks = channels & ~15;
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < blocks; c += 16) {
      const offset = <usize>c << 2;
      sixteenOver(products + offset, stride, steps, scales + offset, biases + offset);
    }
    for (let c = blocks; c < channels; c += 4) {
      const offset = <usize>c << 2;
      const rest = min(4, channels - c);
      if (rest == 4) {
        channelsOver(4, products + offset, stride, steps, v128.load(scales + offset), v128.load(biases + offset));
      } else {
        const scale = loadLanes(scales + offset, rest);
        channelsOver(rest, products + offset, stride, steps, scale, loadLanes(biases + offset, rest));
      }
    }
    products += <usize>channels << 2;
  }
}
