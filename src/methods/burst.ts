import { burst as burstNeuron } from '../neurons/burst.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { fittedPreset, signedSites } from './signed-sites.ts';

const differences = [
  'Thresholds minimise the squared error of each site instead of being a quantile of its activations.',
  'Negative spikes; the level nearest to the potential fires.',
  'Pooling is evaluated on running means.',
];

function preset(summary: string, levels: number, base: number, spikes: number): Preset {
  const attributes = { levels, base, spikes, rule: 'nearest' } as const;
  return fittedPreset(burstNeuron, { summary, differences, attributes });
}

/** Burst coding: several spikes in a time-step, of one level or on a ladder of any base. */
export const burst = defineMethod({
  name: 'burst',
  summary: 'Burst coding: up to n spikes in a time-step, of one level or on a ladder of any base.',
  paper: burstNeuron.paper,
  ...signedSites,
  defaultPreset: 'base-2-twice',
  finest: 'base-4-thrice',
  presets: {
    'base-2-twice': preset('A ladder of 8 levels and base 2, up to 2 spikes.', 8, 2, 2),
    'base-3-twice': preset('A ladder of 6 levels and base 3, up to 2 spikes.', 6, 3, 2),
    'base-4-thrice': preset('A ladder of 5 levels and base 4, up to 3 spikes.', 5, 4, 3),
    'single-level': preset('One level, up to 5 spikes, as in the paper.', 1, 2, 5),
  },
});
