import { z } from 'zod';
import { augmentationSchema } from '../data/augmentation.ts';
import { losses } from '../step/losses.ts';
import { learningRateScheduleSchema } from './learning-rate-schedule.ts';

const place = z.union([
  z.string(),
  z.strictObject({
    /** Path of the data set; default: the one given when the training is started. */
    path: z.string().optional(),
    split: z.string().optional(),
    limit: z.int().positive().optional(),
  }),
]);

/** A training from beginning to end, as a JSON file. */
export const recipeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, { error: 'expected lower-case letters, digits and hyphens' }),
  description: z.string().default(''),
  /** Decides weights, order and augmentation. */
  seed: z.int().min(0).default(0),
  /** `kind` and the sizes of that kind. */
  network: z.looseObject({ kind: z.string() }),
  /** Checkpoint folder, relative to the recipe, whose tensors replace the random ones of the same name. */
  from: z.string().optional(),
  /** `relu` leaves the network as it is; `qcfs` replaces its ReLUs by clip-floor-shift with trainable thresholds. */
  activation: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('relu') }),
      z.strictObject({
        kind: z.literal('qcfs'),
        levels: z.int().min(1).default(4),
        threshold: z.number().positive().default(4),
      }),
    ])
    .default({ kind: 'relu' }),
  data: z.strictObject({
    train: place,
    test: place,
    /** 1: grey, 3: colour. */
    channels: z.union([z.literal(1), z.literal(3)]).default(3),
    classes: z.int().positive().optional(),
    /** Of each channel of pictures; arrays are taken as they are. */
    mean: z.array(z.number()).default([]),
    std: z.array(z.number().positive()).default([]),
  }),
  augmentation: augmentationSchema.prefault({}),
  loss: z
    .strictObject({
      kind: z.enum(Object.keys(losses) as [keyof typeof losses]),
      labelSmoothing: z.number().min(0).lt(1).default(0),
    })
    .prefault({ kind: 'cross-entropy' }),
  /** `kind` and the settings of that optimiser. */
  optimiser: z.looseObject({ kind: z.string() }),
  schedule: learningRateScheduleSchema,
  epochs: z.int().positive(),
  batchSize: z.int().positive(),
  /** Largest length of the gradient; default: no limit. */
  clip: z.number().positive().optional(),
  /** Stops after this many epochs without a better test accuracy; default: never. */
  patience: z.int().positive().optional(),
  /** Steps between two checkpoints; there is one at the end of each epoch as well. */
  checkpointSteps: z.int().positive().default(500),
});

/** A recipe with all defaults filled in. */
export type Recipe = z.infer<typeof recipeSchema>;

/** What decides how a training goes, whatever is trained. */
export type TrainingPlan = Pick<
  Recipe,
  | 'seed'
  | 'augmentation'
  | 'loss'
  | 'schedule'
  | 'epochs'
  | 'batchSize'
  | 'clip'
  | 'patience'
  | 'checkpointSteps'
> & { readonly data: Pick<Recipe['data'], 'mean' | 'std'> };

/** A recipe as it is written. */
export type RecipeInput = z.input<typeof recipeSchema>;
