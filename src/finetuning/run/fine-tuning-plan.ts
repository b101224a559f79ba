import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import { augmentationSchema } from '../../training/data/augmentation.ts';
import { learningRateScheduleSchema } from '../../training/recipe/learning-rate-schedule.ts';
import { surrogateSchema } from '../../training/spiking/surrogate-slopes.ts';
import { tandemSettingsSchema } from '../tandem/tandem-settings.ts';

const trained = z.enum(['weights', 'threshold', 'window', 'leak', 'initialPotential', 'amplitude']);

/** A fine-tuning from beginning to end; what is left out is as the method has it. */
export const fineTuningSchema = z.strictObject({
  /** Name of the method. */
  method: z.string().default('diet'),
  /** Number of time-steps T. */
  steps: z.int().positive().default(4),
  /** Decides order and augmentation. */
  seed: z.int().min(0).default(1),
  /** Times that all samples are shown; of each stage at most, where layers are replaced one after the other. */
  epochs: z.int().positive().optional(),
  batchSize: z.int().positive().optional(),
  /** Samples that are taken at a time, of which gradients are summed up over a batch: less memory. Default: the whole batch. */
  microBatch: z.int().positive().optional(),
  /** Largest learning rate of the default schedule, a cosine down to 0. */
  learningRate: z.number().positive().optional(),
  schedule: learningRateScheduleSchema.optional(),
  /** Weight decay of the optimiser, Adam. */
  weightDecay: z.number().min(0).default(0),
  augmentation: augmentationSchema.prefault({}),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  /** What is trained. */
  trains: z.array(trained).min(1).optional(),
  surrogate: surrogateSchema.optional(),
  readout: z.enum(['mean', 'sum']).optional(),
  /** Weight of a penalty on spikes, relative to the loss: the mean of |s|/θ over all neurons. */
  spikePenalty: z.number().min(0).default(0),
  /** The gradient passes through this many steps at most. */
  truncateEvery: z.int().positive().optional(),
  /** Computes the neurons of a site again in the backward part instead of keeping all of their steps: the same bits in less memory, and more time. */
  recompute: z.boolean().default(false),
  /** Largest length of the gradient. */
  clip: z.number().positive().optional(),
  /** Weight of the differences at the sites in the loss, for methods that learn from the source network; see withTeacher. */
  siteWeight: z.number().min(0).optional(),
  /**
   * Number of crops, of random places and sizes (a quarter to all of a picture, 3:4 to 4:3), that are cut out of the training pictures
   * once and trained on instead of these. Default: the pictures, as the network reads them.
   */
  crops: z.int().positive().optional(),
  /** Stops after this many epochs without a better test accuracy. */
  patience: z.int().positive().optional(),
  /** How layers are replaced one after the other, where the method does that. */
  tandem: tandemSettingsSchema.prefault({}),
  checkpointSteps: z.int().positive().default(500),
});

/** How to fine-tune, with defaults filled in. */
export type FineTuningPlan = z.output<typeof fineTuningSchema>;

/** How to fine-tune, as it is written. */
export type FineTuningInput = z.input<typeof fineTuningSchema>;

/** Checks settings and fills in defaults. @throws UsageError that lists everything wrong with them */
export function checkFineTuning(given: unknown, where: string): FineTuningPlan {
  const parsed = fineTuningSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'recipe'}: ${message}`,
  );
  throw new UsageError({
    where,
    expected: 'settings of a fine-tuning',
    got: problems.join('; '),
    remedy: 'Start from one of the files in recipes/finetuning/',
  });
}
