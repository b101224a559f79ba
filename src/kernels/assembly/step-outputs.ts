import { storeLanes } from './lanes';

/** Writes up to four numbers where they are wanted: 0 as an address means nowhere. */
@inline
export function storeWanted(to: usize, vector: v128, lanes: i32): void {
  if (to) storeLanes(to, vector, lanes);
}

/** The address of the next step's numbers; 0 stays 0. */
@inline
export function nextStep(address: usize, stride: usize): usize {
  return address ? address + stride : 0;
}

/** Where the numbers of the i-th neuron lie; 0 stays 0. */
@inline
export function ofNeuron(address: usize, i: i32): usize {
  return address ? address + (<usize>i << 2) : 0;
}

/** Adds one spike for each neuron that fired to the counters of a step. @param fired all bits set where one did */
@inline
export function addFired(counters: usize, fired: v128, mask: v128): void {
  v128.store(counters, i32x4.sub(v128.load(counters), v128.and(fired, mask)));
}

/** Adds whole numbers of spikes, as float32, to the counters of a step. */
@inline
export function addCounts(counters: usize, counts: v128, mask: v128): void {
  const whole = v128.and(i32x4.trunc_sat_f32x4_s(counts), mask);
  v128.store(counters, i32x4.add(v128.load(counters), whole));
}
