import { z } from 'zod';
import { share } from './schema-parts.ts';

/** What a network takes, with its own bits. */
const size = z.object({
  /** Σ over weights of their bits. */
  weightBits: z.number(),
  /** Σ over multiply-accumulates for one input of bits of the weight times bits of the activation. */
  bitOperations: z.number(),
});

/** Schema of {@link FewBitResult}. */
export const fewBitResultSchema = z.object({
  /** Of weights (the first and the last layer have 8) and of activations. */
  bits: z.object({ weights: z.int(), activations: z.int() }),
  /** How many times as many channels as the network it came from, before it was squeezed. */
  widen: z.number(),
  /** Channels that could go, and that went; absent where it was not squeezed. */
  squeezed: z.object({ before: z.int(), gone: z.int() }).optional(),
  size,
  /** What a network of the same bits takes that is not widened. */
  narrow: size,
  /** Times that all pictures were shown. */
  epochs: z.int(),
  /** Pictures it was measured on when it had been trained, and how often their class was found: by the network it came from, and by it. */
  testSamples: z.int(),
  sourceAccuracy: share,
  quantisedAccuracy: share,
});

/** How a network in few bits came about, and what it reached beside the network it came from. */
export type FewBitResult = z.infer<typeof fewBitResultSchema>;
