import { sigmaDelta as sigmaDeltaNeuron } from '../neurons/sigma-delta.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { fittedPreset, signedSites } from './signed-sites.ts';

const differences = [
  'Thresholds minimise the squared error of each site instead of trading error for operations by gradient descent.',
  'A step emits a bounded number of units of each sign.',
  'An image is shown at all time-steps; what changes from step to step is only what earlier layers correct.',
];

function preset(summary: string, units: number, spikes: 'graded' | 'unary'): Preset {
  return fittedPreset(sigmaDeltaNeuron, {
    summary,
    differences,
    attributes: { units, spikes },
    // The first step tells it all; later ones only what changes.
    fitSteps: 1,
  });
}

/** Sigma-delta networks: neurons send rounded changes of their input, receivers sum them up. */
export const sigmaDelta = defineMethod({
  name: 'sigma-delta',
  summary:
    'Sigma-delta coding: neurons send the rounded change of their input; what stays the same is silent.',
  paper: sigmaDeltaNeuron.paper,
  ...signedSites,
  defaultPreset: 'graded-8-bit',
  finest: 'graded-8-bit',
  settlesAtOnce: true,
  presets: {
    'graded-8-bit': preset('Up to 127 units of each sign in one graded spike.', 127, 'graded'),
    'graded-4-bit': preset('Up to 7 units of each sign in one graded spike.', 7, 'graded'),
    unary: preset('Up to 7 units of each sign in a step, each of them a spike.', 7, 'unary'),
  },
});
