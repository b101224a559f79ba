import { laneMask, loadLanes } from './lanes';
import { addFired, nextStep, ofNeuron, storeWanted } from './step-outputs';

/** All steps of up to four neurons, in the order of operations of the lowering. */
@inline
function runSteps(
  lanes: i32, means: usize, meansStride: usize, decoded: usize, spikes: usize, stride: usize, steps: i32,
  theta: v128, initial: v128, leak: v128, counters: usize,
): void {
  const mask = laneMask(lanes);
  let emitted = f32x4.splat(0);
  let potential = initial;
  let charge = emitted;
  for (let t = 1; t <= steps; t++) {
    const time = f32x4.splat(<f32>t);
    const next = f32x4.mul(loadLanes(means, lanes), time);
    const before = f32x4.add(f32x4.mul(potential, leak), f32x4.sub(next, charge));
    const fires = f32x4.ge(before, theta);
    const spike = v128.and(theta, fires);
    emitted = f32x4.add(emitted, spike);
    potential = f32x4.sub(before, spike);
    charge = next;
    storeWanted(decoded, f32x4.div(emitted, time), lanes);
    storeWanted(spikes, spike, lanes);
    addFired(counters, fires, mask);
    means += meansStride;
    decoded = nextStep(decoded, stride);
    spikes = nextStep(spikes, stride);
    counters += 16;
  }
}

/**
 * Leaky integrate-and-fire neurons with soft reset, all steps of four neurons in one pass:
 * m(t) = λ·v(t−1) + t·x̄(t) − (t−1)·x̄(t−1); a spike θ where m(t) ≥ θ.
 *
 * Places, strides and counters as in `integrateAndFire`.
 */
export function leakyIntegrateAndFire(
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  stride: usize,
  count: i32,
  steps: i32,
  threshold: f32,
  initialPotential: f32,
  leak: f32,
  counters: usize,
): void {
  const theta = f32x4.splat(threshold);
  const initial = f32x4.splat(initialPotential);
  const share = f32x4.splat(leak);
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    runSteps(
      lanes, ofNeuron(means, i), meansStride, ofNeuron(decoded, i), ofNeuron(spikes, i), stride, steps, theta, initial,
      share, counters,
    );
  }
}
