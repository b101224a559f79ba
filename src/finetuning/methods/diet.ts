import { defineFineTuning } from './define-fine-tuning.ts';
import { leakyInPlaceOf } from './leaky-neurons.ts';

/** Direct input encoding with trained thresholds and leaks. */
export const diet = defineFineTuning({
  name: 'diet',
  summary: 'Surrogate gradients train weights, thresholds and leaks of leaky neurons at a few steps.',
  paper:
    'Rathi, Roy: DIET-SNN: A Low-Latency Spiking Neural Network with Direct Input Encoding and Leakage and Threshold Optimization, IEEE TNNLS 2023, arXiv:2008.03658',
  differences: [
    'It starts from the thresholds and amplitudes of ultra-low-latency rather than from a quantile of the pre-activations.',
    'A spike carries an amplitude that is a fixed multiple of its threshold, rather than 1; biases are allowed.',
    'The loss sees the mean of the output over the steps rather than its sum.',
  ],
  start: { method: 'ultra-low-latency', preset: 'match-mean' },
  neuronsAt: (site) => leakyInPlaceOf(site, { fires: 'exceeding', order: 'now' }),
  trains: ['weights', 'threshold', 'leak'],
  surrogate: { kind: 'linear' },
  readout: 'mean',
  target: 'labels',
  defaults: { epochs: 5, batchSize: 64, learningRate: 5e-4 },
});
