import { laneMask, loadLanes } from './lanes';
import { addCounts, nextStep, ofNeuron, storeWanted } from './step-outputs';

/**
 * Neurons that emit whole units of a threshold, all steps of four neurons in one pass: ±θ·min(⌊|m|/θ + 1/2⌋, N).
 *
 * Places, strides and counters as in `integrateAndFire`; `counts` is where the numbers of spikes go, 0: not wanted.
 *
 * @param differential 1: m = x̄(t) − D(t−1), decoded D(t); 0: m = t·x̄(t) − Q(t−1), decoded Q(t)/t
 * @param unary 1: each unit is a spike; 0: all units of a step are one
 */
export function uniformUnits(
  differential: i32,
  unary: i32,
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  counts: usize,
  stride: usize,
  count: i32,
  steps: i32,
  positive: f32,
  negative: f32,
  most: f32,
  counters: usize,
): void {
  const plus = f32x4.splat(positive);
  const minus = f32x4.splat(-negative);
  const top = f32x4.splat(most);
  const half = f32x4.splat(0.5);
  const zero = f32x4.splat(0);
  const largestCount = f32x4.splat(unary ? most : 1);
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    const mask = laneMask(lanes);
    let from = means + (<usize>i << 2);
    let to = ofNeuron(decoded, i);
    let spikesTo = ofNeuron(spikes, i);
    let countsTo = ofNeuron(counts, i);
    let counter = counters;
    let emitted = zero;
    for (let t = 1; t <= steps; t++) {
      const divisor: f32 = differential ? 1 : <f32>t;
      const time = f32x4.splat(divisor);
      const share = f32x4.splat(<f32>1 / divisor);
      const potential = f32x4.sub(f32x4.mul(loadLanes(from, lanes), time), emitted);
      const theta = v128.bitselect(minus, plus, f32x4.lt(potential, zero));
      const units = f32x4.pmin(f32x4.floor(f32x4.add(f32x4.div(potential, theta), half)), top);
      const spike = f32x4.mul(units, theta);
      emitted = f32x4.add(emitted, spike);
      const number = f32x4.pmin(units, largestCount);
      storeWanted(to, f32x4.mul(emitted, share), lanes);
      storeWanted(spikesTo, spike, lanes);
      storeWanted(countsTo, number, lanes);
      addCounts(counter, number, mask);
      from += meansStride;
      to = nextStep(to, stride);
      spikesTo = nextStep(spikesTo, stride);
      countsTo = nextStep(countsTo, stride);
      counter += 16;
    }
  }
}
