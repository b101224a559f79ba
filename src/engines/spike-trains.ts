import { concatenate, type FloatTensor } from '../graph/float-tensor.ts';
import { lookUp } from '../look-up.ts';
import type { Site } from '../spiking/neuron-node.ts';

/** What the neurons of a site emitted. */
export interface SpikeTrain {
  /** Name of the site. */
  readonly site: string;
  /** What each spike adds to the following operators, 0 where there is none, [T, N, …]; in units of the activation. */
  readonly spikes: FloatTensor;
  /** How many spikes each of these stands for, [T, N, …]; absent where it is one for all that are not 0. */
  readonly counts?: FloatTensor;
}

/** Names of the values that {@link spikeTrains} reads, for a plan to keep. */
export function spikeValues(sites: readonly Site[]): string[] {
  return sites.flatMap(({ spikes, counts }) => (counts === undefined ? [spikes] : [spikes, counts]));
}

/**
 * The spike trains of one batch.
 *
 * @param values that an engine reported, time-step major, hidden steps first
 * @param steps how many steps they have, hidden ones included
 * @param hiddenSteps steps before step 1, which are left out
 */
export function spikeTrains(
  sites: readonly Site[],
  values: ReadonlyMap<string, FloatTensor>,
  steps: number,
  hiddenSteps = 0,
): SpikeTrain[] {
  const overTime = (name: string): FloatTensor => {
    const { shape, data } = lookUp(values, name, 'kept value');
    const [rows = 0, ...rest] = shape;
    const hidden = (data.length / steps) * hiddenSteps;
    return { shape: [steps - hiddenSteps, rows / steps, ...rest], data: data.subarray(hidden) };
  };
  return sites.map(({ name, spikes, counts }) => ({
    site: name,
    spikes: overTime(spikes),
    ...(counts !== undefined && { counts: overTime(counts) }),
  }));
}

/** The trains of several batches, one input after the other. */
export function joinTrains(batches: readonly (readonly SpikeTrain[])[]): SpikeTrain[] {
  const [first = []] = batches;
  return first.map(({ site, counts }, i) => {
    const joined = (of: (train: SpikeTrain) => FloatTensor | undefined) =>
      concatenate(
        batches.flatMap((trains) => (trains[i] && of(trains[i])) ?? []),
        1,
      );
    return {
      site,
      spikes: joined(({ spikes }) => spikes),
      ...(counts && { counts: joined((train) => train.counts) }),
    };
  });
}
