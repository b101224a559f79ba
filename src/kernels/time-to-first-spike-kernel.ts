import {
  firingThresholds,
  spikeWorths,
  type TimeToFirstSpikeAttributes,
  timeToFirstSpike,
} from '../neurons/time-to-first-spike.ts';
import { runBurst } from './burst-kernel.ts';
import { defineKernel } from './neuron-kernel.ts';

/** Time-to-first-spike neurons, four at a time: a burst of one spike whose level is its time. */
export const timeToFirstSpikeKernel = defineKernel<TimeToFirstSpikeAttributes>({
  neuron: timeToFirstSpike.name,
  run(memory, run, choices) {
    const boundaries = firingThresholds(choices);
    runBurst(memory, run, { boundaries, levels: spikeWorths(choices), spikes: 1 });
  },
});
