import { z } from 'zod';
import { list } from '../results/schema-parts.ts';
import { contentSchema } from './content.ts';
import { workIdentitySchema } from './work-identity.ts';

/** What a worker has to know of a run, as it stands in Redis while the command lives. */
export const runOfferSchema = z.object({
  identity: workIdentitySchema,
  /** Who offers it: machine and process. */
  from: z.string(),
  /** What is run, in a few words. */
  title: z.string(),
  /** Where its content can be fetched, and what one has to say there. */
  addresses: list(z.string()),
  token: z.string(),
  /** What all of its jobs need: a packed WorkStart. */
  start: contentSchema,
  /** Files of weights that its model refers to. */
  files: list(contentSchema),
  /** Memory that one process takes for it, in bytes; an estimate. */
  bytes: z.number(),
  /** How far it is. */
  done: z.int(),
  total: z.int(),
});

export type RunOffer = z.infer<typeof runOfferSchema>;

/** Key of all runs in Redis, and the seconds after which one that is not offered any more counts as given up. */
export const runBoard = { key: 'transpike:runs', seconds: 120 } as const;
