import { z } from 'zod';
import { list, share } from './schema-parts.ts';

/** Before the training, and after it. */
const change = z.tuple([z.number(), z.number()]).readonly();

const epoch = z.object({
  /** Whole epochs so far. */
  epoch: z.int(),
  /** Mean over the steps of the epoch; on the test data, after it. */
  trainLoss: z.number(),
  testLoss: z.number(),
  testAccuracy: share,
});

const neurons = z.object({
  site: z.string(),
  /** Share of the neurons that spike in a step; of neurons that spike once, in the run. On up to 256 test samples. */
  firingRate: change,
  /** Parameters of the neurons by name, mean over the neurons. */
  parameters: z.record(z.string(), change),
});

/** Schema of {@link FineTuningResult}. */
export const fineTuningResultSchema = z.object({
  method: z.string(),
  /** T it was trained at. */
  steps: z.int(),
  /** Names of the constants that were trained. */
  trained: list(z.string()),
  epochs: z.int(),
  /** Steps of the optimiser. */
  updates: z.int(),
  seed: z.int(),
  /** Data it was trained on, and number of its samples. */
  data: z.string(),
  samples: z.int(),
  /** Number of samples it was measured on; absent in models of earlier versions. */
  testSamples: z.int().optional(),
  /** What was measured: how often the classes of the data were found, or, for data without any, those of the source network. */
  measure: z.enum(['accuracy', 'agreement']).default('accuracy'),
  /** That on the test data, 0 to 1: of the source network before the training, as converted, and after the training. */
  sourceAccuracy: share,
  convertedAccuracy: share,
  tunedAccuracy: share,
  /** How the training went, an entry an epoch; where layers were replaced one after the other, one stage after the other. */
  curve: list(epoch).default([]),
  /** What became of the neurons, a site each. */
  neurons: list(neurons).default([]),
});

/** How a spiking network was trained with its neurons in place, and what it reached. */
export type FineTuningResult = z.infer<typeof fineTuningResultSchema>;

/** What became of the neurons of a site. */
export type NeuronChange = z.infer<typeof neurons>;
