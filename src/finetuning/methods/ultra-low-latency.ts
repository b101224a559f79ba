import { defineFineTuning } from './define-fine-tuning.ts';
import { leakyInPlaceOf } from './leaky-neurons.ts';

/** The second stage of ultra-low-latency conversion. */
export const ultraLowLatencyTuning = defineFineTuning({
  name: 'ultra-low-latency',
  summary:
    'The second stage of the conversion: weights, thresholds and leaks are trained at two to five steps.',
  paper:
    'Datta, Beerel: Can Deep Neural Networks be Converted to Ultra Low-Latency Spiking Neural Networks?, DATE 2022, arXiv:2112.12133',
  differences: ['Amplitudes stay the multiple of their threshold that the conversion chose.'],
  start: { method: 'ultra-low-latency', preset: 'match-mean' },
  neuronsAt: (site) => leakyInPlaceOf(site, { fires: 'reaching', order: 'now' }),
  trains: ['weights', 'threshold', 'leak'],
  surrogate: { kind: 'linear' },
  readout: 'mean',
  target: 'labels',
  defaults: { epochs: 5, batchSize: 64, learningRate: 5e-4 },
});
