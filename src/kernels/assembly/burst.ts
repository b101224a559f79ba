import { laneMask, loadLanes } from './lanes';
import { addCounts, nextStep, ofNeuron, storeWanted } from './step-outputs';

/**
 * Neurons that fire up to n times in a step, each time the level of a ladder that the rest of the potential calls for; all
 * steps of four neurons in one pass. Places, strides and counters as in `integrateAndFire`; `counts` is where the numbers
 * of spikes go, 0: not wanted.
 *
 * @param boundaries float32 [length], ascending: smallest potential at which each level fires, in units of the threshold
 * @param levels float32 [length], ascending, in units of the threshold
 * @param most spikes n that a step may hold
 */
export function burst(
  boundaries: usize,
  levels: usize,
  length: i32,
  most: i32,
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
  counters: usize,
): void {
  const plus = f32x4.splat(positive);
  const minus = f32x4.splat(-negative);
  const plusInverse = f32x4.splat(<f32>1 / positive);
  const minusInverse = f32x4.splat(<f32>-1 / negative);
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
      let rest = potential;
      let number = zero;
      for (let j = 0; j < most; j++) {
        const theta = v128.bitselect(minus, plus, f32x4.lt(rest, zero));
        const ratio = f32x4.pmax(f32x4.mul(rest, plusInverse), f32x4.mul(rest, minusInverse));
        let level = zero;
        for (let k = 0; k < length; k++) {
          const offset = <usize>k << 2;
          const fires = f32x4.ge(ratio, v128.load32_splat(boundaries + offset));
          level = v128.bitselect(v128.load32_splat(levels + offset), level, fires);
        }
        const spike = f32x4.mul(level, theta);
        rest = f32x4.sub(rest, spike);
        number = f32x4.add(number, v128.and(one, f32x4.ne(level, zero)));
      }
      const sum = f32x4.sub(potential, rest);
      emitted = f32x4.add(emitted, sum);
      storeWanted(to, f32x4.mul(emitted, share), lanes);
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
