import { firingBoundaries, ladderLevels } from '../dynamics/ladder.ts';
import { burst } from '../neurons/burst.ts';
import { defineKernel } from './define-kernel.ts';

/** Burst neurons: each spike scans the ladder. */
export const burstKernel = defineKernel({
  neuron: burst,
  function: 'burst',
  settings({ thresholdPositive, thresholdNegative, deadZone }, ladder) {
    const boundaries = [deadZone, ...firingBoundaries(ladder)].map((each) => Math.max(each, deadZone));
    return {
      boundaries,
      levels: ladderLevels(ladder),
      length: boundaries.length,
      most: ladder.spikes,
      thresholdPositive,
      thresholdNegative,
    };
  },
});
