import { laneMask, loadLanes } from './lanes';
import { addCounts, nextStep, ofNeuron, storeWanted } from './step-outputs';

/**
 * Few-spikes neurons with a binary code, all steps of four neurons in one pass. Places, strides and counters as in
 * `integrateAndFire`; `counts` is where the numbers of spikes go, 0: not wanted.
 *
 * @param top worth of the first digit in units of the threshold, a power of two
 */
export function fewSpikes(
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
  top: f32,
  counters: usize,
): void {
  const plus = f32x4.splat(positive);
  const minus = f32x4.splat(-negative);
  const half = f32x4.splat(0.5);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
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
      const time = f32x4.splat(<f32>t);
      const share = f32x4.splat(<f32>1 / <f32>t);
      const potential = f32x4.sub(f32x4.mul(loadLanes(from, lanes), time), emitted);
      const theta = v128.bitselect(minus, plus, f32x4.lt(potential, zero));
      let value = f32x4.add(f32x4.div(potential, theta), half);
      let code = zero;
      let number = zero;
      for (let digit = top; digit >= 1; digit *= 0.5) {
        const weight = f32x4.splat(digit);
        const fires = f32x4.ge(value, weight);
        const told = v128.and(weight, fires);
        value = f32x4.sub(value, told);
        code = f32x4.add(code, told);
        number = f32x4.add(number, v128.and(one, fires));
      }
      const spike = f32x4.mul(code, theta);
      emitted = f32x4.add(emitted, spike);
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
