import { laneMask, loadLanes } from './lanes';
import { addFired, nextStep, ofNeuron, storeWanted } from './step-outputs';

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
    let from = ofNeuron(means, i);
    let to = ofNeuron(decoded, i);
    let out = ofNeuron(spikes, i);
    let counter = counters;
    let emitted = zero;
    for (let t = 1; t <= steps; t++) {
      const time = f32x4.splat(<f32>t);
      const charge = f32x4.div(f32x4.mul(loadLanes(from, lanes), time), theta);
      const whole = f32x4.floor(f32x4.add(charge, margin));
      const next = f32x4.mul(f32x4.pmin(f32x4.pmax(whole, zero), time), theta);
      const spike = f32x4.sub(next, emitted);
      emitted = next;
      storeWanted(to, f32x4.div(next, time), lanes);
      storeWanted(out, spike, lanes);
      addFired(counter, f32x4.ne(spike, zero), mask);
      from += meansStride;
      to = nextStep(to, stride);
      out = nextStep(out, stride);
      counter += 16;
    }
  }
}
