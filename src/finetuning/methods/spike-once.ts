import { defineFineTuning } from './define-fine-tuning.ts';

/** Single spikes, trained through the slots that they are rounded to. */
export const spikeOnceTuning = defineFineTuning({
  name: 'spike-once',
  summary: 'Weights and windows of neurons that spike once are trained with the slots in place.',
  paper:
    'Stanojevic, Woźniak, Bellec, Cherubini, Pantazi, Gerstner: High-performance deep spiking neural networks with 0.3 spikes per neuron, Nature Communications 2024, arXiv:2306.08744',
  differences: [
    'The gradient passes the rounding to slots as if it were not there; the papers train in continuous time.',
    'Windows are trained, too, instead of growing with the latest spike.',
  ],
  start: { method: 'spike-once', preset: 'fitted' },
  trains: ['weights', 'window'],
  surrogate: { kind: 'linear' },
  readout: 'mean',
  target: 'labels',
  defaults: { epochs: 5, batchSize: 64, learningRate: 5e-4 },
});
