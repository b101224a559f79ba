import { firingThresholds, spikeWorths, timeToFirstSpike } from '../neurons/time-to-first-spike.ts';
import { defineKernel } from './define-kernel.ts';

/** Time-to-first-spike neurons: a burst of one spike whose level is its time. */
export const timeToFirstSpikeKernel = defineKernel({
  neuron: timeToFirstSpike,
  function: 'burst',
  // A burst's state also has the number of its spikes.
  keptVariables: 2,
  settings({ thresholdPositive, thresholdNegative }, choices) {
    const levels = spikeWorths(choices);
    return {
      boundaries: firingThresholds(choices),
      levels,
      length: levels.length,
      most: 1,
      thresholdPositive,
      thresholdNegative,
    };
  },
});
