import { laneMask, loadLanes, storeLanes } from './lanes';

/**
 * Charge-aligned neurons, all steps of four neurons in one pass: Q(t) = θ·clip(⌊t·x̄(t)/θ + κ⌋, 0, t).
 *
 * Places, strides and counters as in `integrateAndFire`; every step whose count changes is one spike.
 */
export function chargeAligned(
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  stride: usize,
  count: i32,
  steps: i32,
  threshold: f32,
  kappa: f32,
  counters: usize,
): void {
  const theta = f32x4.splat(threshold);
  const margin = f32x4.splat(kappa);
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    const mask = laneMask(lanes);
    const offset = <usize>i << 2;
    let from = means + offset;
    let to = decoded + offset;
    let out = spikes + offset;
    let counter = counters;
    let emitted = zero;
    for (let t = 1; t <= steps; t++) {
      const time = f32x4.splat(<f32>t);
      const charge = f32x4.div(f32x4.mul(loadLanes(from, lanes), time), theta);
      const whole = f32x4.floor(f32x4.add(charge, margin));
      const next = f32x4.mul(f32x4.pmin(f32x4.pmax(whole, zero), time), theta);
      const spike = f32x4.sub(next, emitted);
      emitted = next;
      if (decoded) storeLanes(to, f32x4.div(next, time), lanes);
      if (spikes) storeLanes(out, spike, lanes);
      v128.store(counter, i32x4.sub(v128.load(counter), v128.and(f32x4.ne(spike, zero), mask)));
      from += meansStride;
      to += stride;
      out += stride;
      counter += 16;
    }
  }
}
