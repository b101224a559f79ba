import { z } from 'zod';
import { otherTasks } from './task-result.ts';

const sensitivity = z.object({
  /** For a mean squared error of 1, of whatever sign. */
  error: z.number(),
  /**
   * For a squared mean error of 1: errors of one sign add up in the next operator, as when small attention weights are left
   * out and each row loses a part of its sum.
   */
  bias: z.number(),
});

const schedule = z.object({
  /** Time-steps T. */
  steps: z.int().positive(),
  /** Steps in which the deepest sites may fire, 1…T. With T all sites start at once. */
  window: z.int().positive(),
});

const measurement = z.object({
  /** What the network is for; absent where that is to tell classes. */
  task: otherTasks.optional(),
  images: z.int(),
  /** How many of them thresholds were fitted to; null in journals of earlier versions. */
  calibrated: z.int().nonnegative().nullable().default(null),
  /** Mean divergence of the output from the source network's, in nats; without classes that of normal distributions, per number. */
  divergence: z.number(),
  /** Share of images with the source network's best class; in another task its likeness to the source network. */
  agreement: z.number().max(1),
  /** Share of labelled images whose label is the best class; in another task its quality; null without labels or targets. */
  top1: z.number().max(1).nullable(),
  /** The same of the source network. */
  sourceTop1: z.number().max(1).nullable(),
  /** ECMT's energy ratio, an estimate; null where not all sites are there. */
  ecmtRatio: z.number().nullable(),
  /** Full estimate of the energy relative to the source network, on the first device; null where it was not made. */
  fullRatio: z.number().nullable().default(null),
});

/** Schema of {@link TuningPoint}. */
export const tuningPointSchema = z.object({
  /** Energy ratio that was aimed at. */
  target: z.number().positive(),
  schedule,
  /** Price of energy: divergence in nats that is accepted for the energy of the source network. */
  lambda: z.number(),
  /** Whether the mean errors of channels are corrected; journals of earlier versions do not say. */
  biasCorrected: z.boolean().default(false),
  /** From the sites' distributions alone. */
  predicted: z.object({ divergence: z.number(), ecmtRatio: z.number() }),
  /** On the held-out images, after the last step. */
  measured: measurement,
});

/** Schema of {@link TuningEntry}: one line of `tuning.jsonl`. */
export const tuningEntrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('settings'), settings: z.record(z.string(), z.unknown()) }),
  z.object({ kind: z.literal('sensitivity'), site: z.string(), sensitivity }),
  z.object({ kind: z.literal('prices'), schedule, corrections: z.record(z.string(), z.number()) }),
  z.object({ kind: z.literal('point'), point: tuningPointSchema }),
]);

/** Divergence of the output, in nats, that errors at one site alone make. Both errors are relative to the mean square. */
export type Sensitivity = z.infer<typeof sensitivity>;

/**
 * When neurons may fire. Sites are cut by depth into groups that start one step after each other, so that a site spends its
 * spikes when what it receives is nearly settled.
 */
export type FiringSchedule = z.infer<typeof schedule>;

/** A spiking network after its last step beside its source network. */
export type Measurement = z.infer<typeof measurement>;

/** A tuned network: what was asked for, predicted, and measured. */
export type TuningPoint = z.infer<typeof tuningPointSchema>;

/** What a tuning found, as its journal keeps it. */
export type TuningEntry = z.infer<typeof tuningEntrySchema>;
