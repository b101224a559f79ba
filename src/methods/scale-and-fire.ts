import { scaleAndFire as scaleAndFireNeuron } from '../neurons/scale-and-fire.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { fittedPreset, signedSites } from './signed-sites.ts';

const differences = [
  'Scales minimise the squared error of each site instead of being found by Bayesian optimisation for the whole network.',
  'Counts are rounded to the nearest; negative values have a scale of their own.',
  'Attention gets no spike patterns of its own: the matrix products count as those of other methods do.',
];

function preset(summary: string, units: number, spikes: 'graded' | 'unary'): Preset {
  return fittedPreset(scaleAndFireNeuron, { summary, differences, attributes: { units, spikes } });
}

/** SFormer: scale-and-fire neurons that tell at T = 1 what integrate-and-fire neurons tell in N steps. */
export const scaleAndFire = defineMethod({
  name: 'scale-and-fire',
  summary: 'Scale-and-fire neurons (SFormer): a whole number of units in a single time-step.',
  paper: scaleAndFireNeuron.paper,
  ...signedSites,
  defaultPreset: 'graded-63',
  finest: 'graded-63',
  presets: {
    'graded-63': preset('Up to 63 units of each sign, in one graded spike.', 63, 'graded'),
    'graded-31': preset('Up to 31 units of each sign, in one graded spike.', 31, 'graded'),
    'graded-15': preset('Up to 15 units of each sign, in one graded spike.', 15, 'graded'),
    'unary-15': preset('Up to 15 units of each sign, each of them a spike.', 15, 'unary'),
    'unary-4': preset('Up to 4 units of each sign, each of them a spike.', 4, 'unary'),
  },
});
