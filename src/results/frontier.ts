import { z } from 'zod';
import { list } from './schema-parts.ts';
import { otherTasks } from './task-result.ts';

/** One point of accuracy against energy. */
const point = z.object({
  method: z.string(),
  /** What the network was made with, as the tuner has it. */
  settings: z.record(z.string(), z.unknown()).optional(),
  T: z.int(),
  /** Top-1, or what stands for quality in another task; null without labels. R² may be below 0. */
  accuracy: z.number().max(1).nullable(),
  /** Agreement with the source network, or what stands for likeness in another task. */
  agreement: z.number().max(1),
  /** (a) ECMT's ratio. */
  ecmtRatio: z.number(),
  /** (b) Full estimate, ratio to the source network; null where an earlier version measured the network. */
  fullRatio: z.number().nullable().optional(),
});

const payingPoint = z.object({
  T: z.int(),
  /** (a) ECMT's ratio. */
  ecmtRatio: z.number(),
  /** (b) Full estimate, ratio to the source network. */
  fullRatio: z.number(),
});

const payingRange = z.object({
  /** Device of the full estimate. */
  device: z.string(),
  /** The dearest point by ECMT's count that pays; null where none does. */
  last: payingPoint.nullable(),
  /** The next one, from which on none pays; null where the dearest of all pays. */
  stops: payingPoint.nullable(),
});

/** Schema of {@link Frontier}: `frontier.json` of a tuning run. */
export const frontierSchema = z.object({
  /** What the network is for; absent where that is to tell classes. */
  task: otherTasks.optional(),
  /** Top-1 of the source network on the same images, or its quality in another task; null without labels. */
  source: z.number().max(1).nullable().default(null),
  /** Images that the points were measured on. */
  images: z.int().nonnegative().nullable().default(null),
  /** How many of these images thresholds were fitted to; null where an earlier version measured the networks. */
  calibrated: z.int().nonnegative().nullable().default(null),
  /** Null where the full estimate of no point is known. */
  pays: payingRange.nullable().default(null),
  points: list(point),
});

/** One point of accuracy against energy, as `frontier.json` and reports of comparisons have it. */
export type FrontierPoint = z.infer<typeof point>;

/** Up to which energy by ECMT's count spiking costs less than the source network by the full estimate. */
export type PayingRange = z.infer<typeof payingRange>;

/** What a tuning measured, and where spiking stops paying. */
export type Frontier = z.infer<typeof frontierSchema>;
