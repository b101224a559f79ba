import { laneMask, loadLanes } from './lanes';
import { addCounts, nextStep, ofNeuron, storeWanted } from './step-outputs';

/**
 * Few-spikes neurons in the general form, all steps of four neurons in one pass. Places, strides and counters as in
 * `integrateAndFire`; `counts` is where the numbers of spikes go, 0: not wanted.
 *
 * @param code float32 [3, length]: thresholds, resets and worths of the internal steps
 */
export function fewSpikesFunction(
  code: usize,
  length: i32,
  means: usize,
  meansStride: usize,
  decoded: usize,
  spikes: usize,
  counts: usize,
  stride: usize,
  count: i32,
  steps: i32,
  counters: usize,
): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const row = <usize>length << 2;
  for (let i = 0; i < count; i += 4) {
    const lanes = min(4, count - i);
    const mask = laneMask(lanes);
    let from = means + (<usize>i << 2);
    let to = ofNeuron(decoded, i);
    let spikesTo = ofNeuron(spikes, i);
    let countsTo = ofNeuron(counts, i);
    let counter = counters;
    for (let t = 1; t <= steps; t++) {
      let value = loadLanes(from, lanes);
      let sum = zero;
      let number = zero;
      for (let k = 0; k < length; k++) {
        const at = code + (<usize>k << 2);
        const fires = f32x4.ge(value, v128.load32_splat(at));
        value = f32x4.sub(value, v128.and(v128.load32_splat(at + row), fires));
        sum = f32x4.add(sum, v128.and(v128.load32_splat(at + 2 * row), fires));
        number = f32x4.add(number, v128.and(one, fires));
      }
      storeWanted(to, sum, lanes);
      storeWanted(spikesTo, sum, lanes);
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
