import { z } from 'zod';
import { list } from './schema-parts.ts';

/** Images that the source network puts into one class and the spiking network into another. */
const flip = z.object({
  /** Best class of the source network. */
  source: z.int(),
  /** Best class of the spiking network. */
  spiking: z.int(),
  images: z.int(),
});

/** Schema of {@link Flips}. */
export const flipsSchema = z.object({
  /** Number of images with another best class. */
  images: z.int(),
  /** What that did to the labelled images among them; null without labels. */
  outcome: z
    .object({
      /** The source network was right, the spiking network is not. */
      lost: z.int(),
      /** The spiking network is right, the source network was not. */
      won: z.int(),
      /** Both are wrong. */
      neither: z.int(),
    })
    .nullable(),
  /** Pairs of classes, the most frequent first, of equal ones the lower classes first. */
  pairs: list(flip),
});

/** Where the spiking network parts from its source after the last step. */
export type Flips = z.infer<typeof flipsSchema>;

/** Images that the source network puts into one class and the spiking network into another. */
export type Flip = z.infer<typeof flip>;
