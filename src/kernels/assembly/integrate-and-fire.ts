import { laneMask, loadLanes } from './lanes';
import { addFired, nextStep, ofNeuron, storeWanted } from './step-outputs';

/** Potential of four neurons, in the order of operations of the lowering: t·x̄(t) + v(0) − Q·(θ/a). */
@inline
function potentialOf(means: usize, lanes: i32, time: v128, initial: v128, emitted: v128, charge: v128): v128 {
  const accumulated = f32x4.add(f32x4.mul(loadLanes(means, lanes), time), initial);
  return f32x4.sub(accumulated, f32x4.mul(emitted, charge));
}

/** `steps` steps of up to four neurons, from t = 1 and nothing emitted. */
@inline
function runSteps(
  means: usize, meansStride: usize, decoded: usize, spikes: usize, stride: usize, lanes: i32, steps: i32,
  theta: v128, initial: v128, size: v128, charge: v128, counters: usize,
): void {
  const mask = laneMask(lanes);
  let emitted = f32x4.splat(0);
  for (let t = 1; t <= steps; t++) {
    const time = f32x4.splat(<f32>t);
    const fires = f32x4.ge(potentialOf(means, lanes, time, initial, emitted, charge), theta);
    const spike = v128.and(size, fires);
    emitted = f32x4.add(emitted, spike);
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
 * Integrate-and-fire neurons with soft reset, all steps of four neurons in one pass; a spike of amplitude a where the
 * potential reaches θ.
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
    runSteps(
      ofNeuron(means, i), meansStride, ofNeuron(decoded, i), ofNeuron(spikes, i), stride, lanes, steps, theta, initial,
      size, charge, counters,
    );
  }
}

/** Margins by which a shift moves the potential beyond the threshold, in units of the threshold. */
const SILENCE: f32 = 0.999;
const FIRE: f32 = 1.001;

/** By how much four neurons shift their initial potential after a rehearsal of `steps` steps from `potential`. */
@inline
function shiftOf(means: usize, meansStride: usize, lanes: i32, steps: i32, theta: v128, initial: v128, potential: v128): v128 {
  const one = f32x4.splat(1);
  let count = f32x4.splat(0);
  let lowestFiring = f32x4.splat(1e30);
  let highestSilent = f32x4.splat(-1e30);
  let last = count;
  for (let t = 1; t <= steps; t++) {
    last = loadLanes(means, lanes);
    const sum = f32x4.add(f32x4.mul(last, f32x4.splat(<f32>t)), potential);
    const m = f32x4.sub(sum, f32x4.mul(count, theta));
    const fires = f32x4.ge(m, theta);
    lowestFiring = v128.bitselect(f32x4.pmin(lowestFiring, m), lowestFiring, fires);
    highestSilent = v128.bitselect(highestSilent, f32x4.pmax(highestSilent, m), fires);
    count = f32x4.add(count, v128.and(one, fires));
    means += meansStride;
  }
  const received = f32x4.add(f32x4.mul(last, f32x4.splat(<f32>steps)), initial);
  const residual = f32x4.sub(received, f32x4.mul(count, theta));
  const zero = f32x4.splat(0);
  const tooMany = v128.and(f32x4.lt(residual, zero), f32x4.gt(count, zero));
  const tooFew = v128.and(f32x4.ge(residual, theta), f32x4.lt(count, f32x4.splat(<f32>steps)));
  const down = f32x4.pmax(theta, f32x4.sub(lowestFiring, f32x4.mul(theta, f32x4.splat(SILENCE))));
  const up = f32x4.pmax(theta, f32x4.sub(f32x4.mul(theta, f32x4.splat(FIRE)), highestSilent));
  return f32x4.sub(v128.and(up, tooFew), v128.and(down, tooMany));
}

/**
 * Integrate-and-fire neurons that rehearse in `hidden` steps, shift their initial potential by what that tells,
 * `iterations` times, and then run the hidden steps and the `steps` others, each from t = 1. Places and counters hold
 * the hidden steps first. Parameters as in {@link integrateAndFire}.
 */
export function offsetCalibrating(
  hidden: i32,
  iterations: i32,
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
  const later = <usize>hidden * stride;
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    const from = ofNeuron(means, i);
    let potential = initial;
    for (let k = 0; k < iterations; k++) {
      potential = f32x4.add(potential, shiftOf(from, meansStride, lanes, hidden, theta, initial, potential));
    }
    const to = ofNeuron(decoded, i);
    const out = ofNeuron(spikes, i);
    runSteps(from, meansStride, to, out, stride, lanes, hidden, theta, potential, size, charge, counters);
    runSteps(
      from + <usize>hidden * meansStride, meansStride, nextStep(to, later), nextStep(out, later), stride, lanes, steps,
      theta, potential, size, charge, counters + (<usize>hidden << 4),
    );
  }
}
