import {
  type TimeToFirstSpikeAttributes,
  timeToFirstSpike as timeToFirstSpikeNeuron,
} from '../neurons/time-to-first-spike.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { fittedPreset, signedSites } from './signed-sites.ts';

function preset(summary: string, attributes: TimeToFirstSpikeAttributes): Preset {
  return fittedPreset(timeToFirstSpikeNeuron, {
    summary,
    differences: [
      'The range of the kernel minimises the squared error of each site; weights are not changed.',
      'Spikes of two signs; the nearest value is told.',
      'Beyond T = 1 a window tells what the windows before left over.',
    ],
    attributes,
  });
}

/** Time-to-first-spike coding: one spike a neuron, whose time within a window of micro-steps carries the value. */
export const timeToFirstSpike = defineMethod({
  name: 'time-to-first-spike',
  summary: 'Time-to-first-spike coding: at most one spike in a window, whose time carries the value.',
  paper: timeToFirstSpikeNeuron.paper,
  ...signedSites,
  defaultPreset: 'exponential-16',
  presets: {
    'exponential-8': preset('A window of 8 micro-steps, each worth half the one before.', {
      window: 8,
      kernel: 'exponential',
      base: 2,
    }),
    'exponential-16': preset('A window of 16 micro-steps; two of them halve the worth.', {
      window: 16,
      kernel: 'exponential',
      base: Math.SQRT2,
    }),
    'linear-16': preset('A window of 16 micro-steps with a worth that falls linearly.', {
      window: 16,
      kernel: 'linear',
      base: 2,
    }),
  },
});
