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
  const whole = channels & ~3;
  const rest = channels - whole;
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < whole; c += 4) {
      const offset = <usize>c << 2;
      channelsOver(4, products + offset, stride, steps, v128.load(scales + offset), v128.load(biases + offset));
    }
    if (rest) {
      const offset = <usize>whole << 2;
      const scale = loadLanes(scales + offset, rest);
      channelsOver(rest, products + offset, stride, steps, scale, loadLanes(biases + offset, rest));
    }
    products += <usize>channels << 2;
  }
}
