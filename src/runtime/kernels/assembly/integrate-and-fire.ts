import { laneMask, loadLanes, storeLanes } from './lanes';

/**
 * Integrate-and-fire neurons with soft reset, all steps of four neurons in one pass:
 * m = t·x̄(t) + v(0) − Q·(θ/a); a spike of amplitude a where m ≥ θ.
 *
 * @param means running means of step 1, float32; the next step's lie `meansStride` bytes on (0: the same at every step)
 * @param decoded where the running means of what was emitted go, 0: not wanted; steps are `stride` bytes apart
 * @param spikes where the spikes go, 0: not wanted
 * @param count number of neurons
 * @param counters four int32 for each step; the spikes are added to them
 */
export function integrateAndFire(
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  stride: usize,
  count: i32,
  steps: i32,
  threshold: f32,
  initialPotential: f32,
  amplitude: f32,
  counters: usize,
): void {
  const theta = f32x4.splat(threshold);
  const initial = f32x4.splat(initialPotential);
  const size = f32x4.splat(amplitude);
  const charge = f32x4.splat(threshold / amplitude);
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    const mask = laneMask(lanes);
    const offset = <usize>i << 2;
    let emitted = f32x4.splat(0);
    let from = means + offset;
    let to = decoded + offset;
    let out = spikes + offset;
    let counter = counters;
    for (let t = 1; t <= steps; t++) {
      const time = f32x4.splat(<f32>t);
      const accumulated = f32x4.add(f32x4.mul(loadLanes(from, lanes), time), initial);
      const potential = f32x4.sub(accumulated, f32x4.mul(emitted, charge));
      const fires = f32x4.ge(potential, theta);
      const spike = v128.and(size, fires);
      emitted = f32x4.add(emitted, spike);
      if (decoded) storeLanes(to, f32x4.div(emitted, time), lanes);
      if (spikes) storeLanes(out, spike, lanes);
      v128.store(counter, i32x4.sub(v128.load(counter), v128.and(fires, mask)));
      from += meansStride;
      to += stride;
      out += stride;
      counter += 16;
    }
  }
}
