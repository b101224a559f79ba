import { defineFineTuning } from './define-fine-tuning.ts';
import { leakyInPlaceOf } from './leaky-neurons.ts';

/** Share of the largest activation at which neurons fire. */
const scalingFactor = 0.7;

/** Hybrid conversion: thresholds are balanced, then weights are trained by spike-timing-dependent backpropagation. */
export const stdb = defineFineTuning({
  name: 'stdb',
  summary: 'Thresholds are balanced, then weights trained with slopes that fade since the last spike (STDB).',
  paper:
    'Rathi, Srinivasan, Panda, Roy: Enabling Deep Spiking Neural Networks with Hybrid Conversion and Spike Timing Dependent Backpropagation, ICLR 2020, arXiv:2005.01807',
  differences: [
    'Thresholds are 0.7 × the largest activation of the source network, not of spiking layers one after the other.',
    'A spike carries its threshold rather than 1; biases are allowed; the input is a constant current.',
    'The loss sees the mean of the output over the steps rather than its sum.',
  ],
  start: { method: 'rate', preset: 'max' },
  neuronsAt: (site) => leakyInPlaceOf(site, { fires: 'exceeding', order: 'delayed', scale: scalingFactor }),
  trains: ['weights'],
  surrogate: { kind: 'spike-timing' },
  readout: 'mean',
  target: 'labels',
  defaults: { epochs: 5, batchSize: 64, learningRate: 1e-4 },
});
