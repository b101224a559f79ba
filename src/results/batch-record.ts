import { z } from 'zod';
import { activitySchema } from './activity.ts';
import { list, numbers } from './schema-parts.ts';
import { seenForSchema } from './seen-images.ts';
import { otherJudgements } from './task-result.ts';

/** What the networks said about one image, in the numbers of their task: best five classes, best first, unless it is another one. */
const prediction = z.object({
  id: z.string(),
  /** Class number; absent for data without labels. */
  label: z.number().optional(),
  source: numbers,
  /** After each time-step; empty for a network that does not spike. */
  steps: list(numbers),
  /** Largest softmax of the running-mean logits after each step. */
  confidence: numbers.optional(),
  /** The same of each quantised network. */
  quantised: list(numbers).optional(),
  /** Sums over the numbers of each other output, after each time-step. */
  others: otherJudgements.optional(),
  /** What the network has met the image for before; absent where it has not, or does not say. */
  seen: seenForSchema.optional(),
});

const skippedImage = z.object({ id: z.string(), reason: z.string() });

/** Schema of {@link BatchRecord}: one line of `batches.jsonl`. */
export const batchSchema = z.object({
  predictions: list(prediction),
  /** Tokens of the batch without padding; absent for a network that reads no text. */
  tokens: z.int().optional(),
  /** Spikes of the batch; absent for a network that does not spike. */
  activity: activitySchema.optional(),
  /** Images that could not be read since the previous batch. */
  skipped: list(skippedImage),
  /** Seconds of work since the previous batch. */
  seconds: z.number(),
});

/** A finished batch. */
export type BatchRecord = z.infer<typeof batchSchema>;

/** What the networks said about one image. */
export type ImageRecord = z.infer<typeof prediction>;

/** An image that could not be read. */
export type SkippedImage = z.infer<typeof skippedImage>;
