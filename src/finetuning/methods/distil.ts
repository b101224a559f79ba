import { defineFineTuning } from './define-fine-tuning.ts';

/** Distillation from the source network, for graded neurons too. */
export const distil = defineFineTuning({
  name: 'distil',
  summary:
    'The source network is the teacher: weights and thresholds are trained to give its outputs. Needs no labels.',
  paper: 'Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015, arXiv:1503.02531',
  differences: [
    'Temperature 1; beside the outputs, what each site carries is compared with that of the source network.',
  ],
  start: { method: 'ecmt', preset: 'tuned' },
  trains: ['weights', 'threshold'],
  surrogate: { kind: 'linear' },
  readout: 'mean',
  target: 'source',
  siteWeight: 1,
  defaults: { epochs: 3, batchSize: 16, learningRate: 5e-5 },
});
