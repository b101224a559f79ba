import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import { augmentationSchema } from '../../training/data/augmentation.ts';

const bits = z.int().min(1).max(4);

/** A training in few bits from beginning to end. */
const quantisingSchema = z.strictObject({
  /** Bits of weights (the first and the last layer have 8) and of activations, 1…4. */
  bits: z.strictObject({ weights: bits, activations: bits }),
  /** How many times as many channels. */
  widen: z.number().min(1).default(1),
  /** What the network is squeezed to: the most bits of all weights, or bit operations for one input. Default: it is not squeezed. */
  budget: z
    .strictObject({ of: z.enum(['weightBits', 'bitOperations']), most: z.number().positive() })
    .optional(),
  /** Weight of Σ|γ| in the loss until the budget is kept. */
  slopePenalty: z.number().min(0).default(1e-4),
  /** Rounds, each one epoch, in which channels go. */
  rounds: z.int().min(1).default(4),
  /** Deviation of the noise that tells copies of weights apart, in units of the weights' own. */
  noise: z.number().min(0).default(0.3),
  /** Decides noise, order and augmentation. */
  seed: z.int().min(0).default(1),
  epochs: z.int().min(1).default(10),
  batchSize: z.int().positive().default(64),
  /** Largest learning rate; it goes down to 0 as a cosine. */
  learningRate: z.number().positive().default(2e-3),
  /** Of weights of two and more bits. */
  weightDecay: z.number().min(0).default(1e-5),
  augmentation: augmentationSchema.prefault({}),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  clip: z.number().positive().optional(),
  checkpointSteps: z.int().positive().default(500),
});

/** How to train a network in few bits, with defaults filled in. */
export type QuantisingPlan = z.output<typeof quantisingSchema>;

/** How to train a network in few bits, as it is written. */
export type QuantisingInput = z.input<typeof quantisingSchema>;

/** Checks settings and fills in defaults. @throws UsageError that lists everything wrong with them */
export function checkQuantising(given: unknown, where: string): QuantisingPlan {
  const parsed = quantisingSchema.safeParse(given);
  const problems = parsed.success
    ? budgetProblems(parsed.data)
    : parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'recipe'}: ${message}`);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new UsageError({
    where,
    expected: 'settings of a training in few bits',
    got: problems.join('; '),
    remedy: 'Put right what is listed; bits are those of weights and of activations, 1 to 4 each',
    means: ['bits'],
  });
}

/** Squeezing needs an epoch before, one a round, and one behind. */
function budgetProblems({ budget, epochs, rounds }: QuantisingPlan): string[] {
  return budget && epochs < rounds + 2 ? [`epochs: expected ${rounds + 2} or more with a budget`] : [];
}
