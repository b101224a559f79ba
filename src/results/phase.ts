import { z } from 'zod';

/** What an evaluation does, in this order; what there is nothing to do for is left out. */
export const phaseNames = [
  /** Measures the shapes of the network's values. */
  'shapes',
  /** Plans and makes the quantised networks that are evaluated beside it. */
  'quantisation',
  /** Loads the networks into the threads that evaluate. */
  'loading',
  /** Evaluates the images. */
  'images',
  /** Evaluates the first of them on float32 synapses, too. */
  'synapses',
  /** Looks at every site on a few images. */
  'diagnosis',
  /** Sums up. */
  'summary',
] as const;

/** Schema of {@link Phase}. */
export const phaseSchema = z.object({ name: z.enum(phaseNames), seconds: z.number() });

/** A phase of an evaluation. */
export type PhaseName = (typeof phaseNames)[number];

/** How long a phase took, in seconds of wall time. */
export type Phase = z.infer<typeof phaseSchema>;
