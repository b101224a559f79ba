import { laneMask, loadLanes, storeBytes, storeLanes } from './lanes';
import { NeuronRun } from './neuron-run';

/** Neurons that take a step together, so that they do not wait for each other; their state stays in the first-level cache. */
const TILE: i32 = 512;

/** Bytes of the largest state of four neurons. */
const LARGEST_STATE: usize = 64;

/** State of the neurons of a tile, four after four. */
export const states: usize = memory.data(8192, 16);

/** An address, so many bytes on; 0 stays 0. */
@inline
function after(address: usize, bytes: usize): usize {
  return address ? address + bytes : 0;
}

/** How many spikes each of four neurons has emitted, int32. */
@inline
function spikesOf<K extends NeuronRun, S>(run: K, state: S, spike: v128): v128 {
  if (isDefined(run.spikesIn)) return i32x4.trunc_sat_f32x4_s(run.spikesIn(state));
  return i32x4.neg(f32x4.ne(spike, f32x4.splat(0)));
}

/** One step of the neurons of a tile, four at a time. Addresses are those of the tile at this step. */
@inline
function stepTile<K extends NeuronRun, S>(
  run: K, length: i32, means: usize, decoded: usize, spikes: usize, counts: usize, bytes: usize, counter: usize,
): void {
  let state = states;
  let i = 0;
  if (decoded != 0 && !(spikes | counts | bytes)) {
    let number = v128.load(counter);
    const end = state + <usize>(length >> 2) * offsetof<S>();
    for (; state < end; state += offsetof<S>()) {
      const neurons = changetype<S>(state);
      const spike = run.step(v128.load(means), neurons);
      v128.store(decoded, run.decode(neurons));
      number = i32x4.add(number, spikesOf<K, S>(run, neurons, spike));
      means += 16;
      decoded += 16;
    }
    i = length & ~3;
    v128.store(counter, number);
  }
  for (; i < length; i += 4, state += offsetof<S>()) {
    const lanes = min(4, length - i);
    const neurons = changetype<S>(state);
    const spike = run.step(loadLanes(means, lanes), neurons);
    const number = spikesOf<K, S>(run, neurons, spike);
    if (decoded) storeLanes(decoded, run.decode(neurons), lanes);
    if (spikes) storeLanes(spikes, spike, lanes);
    if (counts) storeLanes(counts, f32x4.convert_i32x4_s(number), lanes);
    if (isDefined(run.levelIn)) {
      if (bytes) storeBytes(bytes, run.levelIn(spike), lanes);
    }
    v128.store(counter, i32x4.add(v128.load(counter), v128.and(number, laneMask(lanes))));
    means += 16;
    decoded = after(decoded, 16);
    spikes = after(spikes, 16);
    counts = after(counts, 16);
    bytes = after(bytes, 4);
  }
}

/** Bytes of the state of so many neurons. */
@inline
function tileBytes<S>(length: i32): usize {
  return <usize>((length + 3) >> 2) * offsetof<S>();
}

/** Where the state of the neurons from a multiple of four on is kept. */
@inline
function keptState<S>(state: usize, start: i32): usize {
  return state + <usize>(start >> 2) * offsetof<S>();
}

/** State before the first step. */
@inline
function beginTile<K extends NeuronRun, S>(run: K, start: i32, length: i32): void {
  if (run.state) {
    memory.copy(states, keptState<S>(run.state, start), tileBytes<S>(length));
    return;
  }
  const end = states + tileBytes<S>(length);
  if (isDefined(run.begin)) {
    for (let state = states; state < end; state += offsetof<S>()) run.begin(changetype<S>(state));
  } else if (length < 256) {
    // Few neurons are not worth a call.
    for (let state = states; state < end; state += 16) v128.store(state, f32x4.splat(0));
  } else {
    memory.fill(states, 0, end - states);
  }
}

/**
 * All steps of all neurons of a run: the loop that the kernels share. The neurons of a tile take step after step together.
 *
 * @typeParam S state of four neurons; a class of v128, one for each state variable of the neuron's definition, in that order
 * @typeParam K the record with the parameters, and what the neurons do:
 *   `step(mean, state)` takes a step of four neurons and returns their spikes; `decode(state)`: what following
 *   operators read after it.
 *   Optional: `prepare()` computes what does not change; `begin(state)`: state before step 1, by default 0;
 *   `at(t)` sets `time` and `share` and what else depends on the step, by default `divideBy(t)`;
 *   `spikesIn(state)`: how many spikes the last step emitted, float32, by default one where the spike is not 0;
 *   `levelIn(spike)`: the signed level, for neurons that write bytes;
 *   `hidden` steps before step 1, and `rehearse(means, lanes, state)`, what neurons learn from them.
 *   `stepTile(count, means, decoded, bytes, counter)` takes the step of a whole tile in its own way, instead of `step` and `decode`.
 */
@inline
export function runNeurons<K extends NeuronRun, S>(run: K): void {
  if (offsetof<S>() > LARGEST_STATE) ERROR('the state of a neuron is larger than its place in `states`');
  if (isDefined(run.prepare)) run.prepare();
  let hidden = 0;
  if (isDefined(run.hidden)) hidden = run.hidden;
  for (let start = 0; start < run.count; start += TILE) {
    const length = min(TILE, run.count - start);
    const offset = <usize>start << 2;
    let means = run.means + offset;
    let decoded = after(run.decoded, offset);
    let spikes = after(run.spikes, offset);
    let counts = after(run.counts, offset);
    let bytes = after(run.bytes, start);
    let counter = run.counters;
    if (isDefined(run.rehearse)) {
      let state = states;
      for (let i = 0; i < length; i += 4, state += offsetof<S>()) {
        run.rehearse(means + (<usize>i << 2), min(4, length - i), changetype<S>(state));
      }
    }
    for (let position = 1; position <= run.steps; position++) {
      const t = position <= hidden ? position : position - hidden;
      if (t == 1) beginTile<K, S>(run, start, length);
      const now = t + run.elapsed;
      if (isDefined(run.at)) run.at(now);
      else run.divideBy(now);
      if (isDefined(run.stepTile)) run.stepTile(length, means, decoded, bytes, counter);
      else stepTile<K, S>(run, length, means, decoded, spikes, counts, bytes, counter);
      means += run.meansStride;
      decoded = after(decoded, run.stride);
      spikes = after(spikes, run.stride);
      counts = after(counts, run.stride);
      bytes = after(bytes, run.stride >> 2);
      counter += 16;
    }
    if (run.state) memory.copy(keptState<S>(run.state, start), states, tileBytes<S>(length));
  }
}
