import { laneMask, loadLanes } from './lanes';
import { addCounts, nextStep, ofNeuron, storeWanted } from './step-outputs';

/**
 * Ternary neurons with a spike tracer, all steps of four neurons in one pass. Places, strides and counters as in
 * `integrateAndFire`.
 *
 * @param lowest smallest number the tracer may have; `highest` the largest
 */
export function stBif(
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  stride: usize,
  count: i32,
  steps: i32,
  threshold: f32,
  lowest: f32,
  highest: f32,
  counters: usize,
): void {
  const theta = f32x4.splat(threshold);
  const start = f32x4.mul(theta, f32x4.splat(0.5));
  const bottom = f32x4.splat(lowest);
  const top = f32x4.splat(highest);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    const mask = laneMask(lanes);
    let from = means + (<usize>i << 2);
    let to = ofNeuron(decoded, i);
    let spikesTo = ofNeuron(spikes, i);
    let counter = counters;
    let tracer = zero;
    for (let t = 1; t <= steps; t++) {
      const received = f32x4.add(loadLanes(from, lanes), start);
      const potential = f32x4.sub(received, f32x4.mul(tracer, theta));
      const rises = v128.and(f32x4.ge(potential, theta), f32x4.lt(tracer, top));
      const falls = v128.and(f32x4.lt(potential, zero), f32x4.gt(tracer, bottom));
      const sign = f32x4.sub(v128.and(one, rises), v128.and(one, falls));
      tracer = f32x4.add(tracer, sign);
      storeWanted(to, f32x4.mul(tracer, theta), lanes);
      storeWanted(spikesTo, f32x4.mul(sign, theta), lanes);
      addCounts(counter, f32x4.abs(sign), mask);
      from += meansStride;
      to = nextStep(to, stride);
      spikesTo = nextStep(spikesTo, stride);
      counter += 16;
    }
  }
}
