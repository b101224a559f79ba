import { z } from 'zod';
import { list } from '../results/schema-parts.ts';
import { workIdentitySchema } from './work-identity.ts';

/** Something that went wrong at a worker and that it got over. */
export const mishapSchema = z.object({
  /** When, in ISO 8601. */
  time: z.string(),
  run: z.string(),
  what: z.string(),
});

export type Mishap = z.infer<typeof mishapSchema>;

/** What a worker says of itself, as it stands in Redis while it lives. */
export const workerPresenceSchema = z.object({
  identity: workIdentitySchema,
  host: z.string(),
  process: z.int(),
  /** Jobs that it does at a time. */
  concurrency: z.int(),
  /** Jobs that it is at. */
  busy: z.int(),
  /** Since it started. */
  jobs: z.int(),
  images: z.int(),
  /** Images a second over the last minute. */
  rate: z.number(),
  /** Since when, in ISO 8601. */
  started: z.string(),
  /** The last ones. */
  mishaps: list(mishapSchema),
});

export type WorkerPresence = z.infer<typeof workerPresenceSchema>;

/** Key of all workers in Redis, and the seconds after which one that says nothing counts as gone. */
export const workerBoard = { key: 'transpike:workers', seconds: 20 } as const;
