import { sizeOf } from '../graph/shape.ts';
import type { SpikeTrain } from './spike-trains.ts';

/**
 * The spikes of a site as address events: one row a spike in each column, in order of input, then time, then address. A neuron that emits
 * several spikes in one step has one row for them all.
 */
export interface AddressEvents {
  readonly site: string;
  /** Lengths of the axes of the site's neurons, without time and input. */
  readonly shape: readonly number[];
  /** The input n that the spike belongs to, from 0. */
  readonly input: Int32Array;
  /** The time-step t, from 1. */
  readonly step: Int32Array;
  /** The neuron: its place in the site's shape, row by row (last axis fastest). */
  readonly address: Int32Array;
  /** What the spike adds to the following operators, in units of the activation. */
  readonly value: Float32Array;
  /** How many spikes the row stands for; absent where it is always one. */
  readonly count?: Int32Array;
}

/** Dense spike trains as address events. */
export function addressEvents({ site, spikes, counts }: SpikeTrain): AddressEvents {
  const [steps = 0, inputs = 0, ...shape] = spikes.shape;
  const neurons = sizeOf(shape);
  const fires = (at: number) => spikes.data[at] !== 0 || (counts !== undefined && counts.data[at] !== 0);
  const places: number[] = [];
  for (let n = 0; n < inputs; n++) {
    for (let t = 0; t < steps; t++) {
      const from = (t * inputs + n) * neurons;
      for (let at = from; at < from + neurons; at++) if (fires(at)) places.push(at);
    }
  }
  const column = (of: (at: number) => number) => Int32Array.from(places, of);
  const row = (at: number) => Math.floor(at / neurons);
  return {
    site,
    shape,
    input: column((at) => row(at) % inputs),
    step: column((at) => Math.floor(row(at) / inputs) + 1),
    address: column((at) => at % neurons),
    value: Float32Array.from(places, (at) => spikes.data[at] ?? 0),
    ...(counts && { count: column((at) => counts.data[at] ?? 0) }),
  };
}
