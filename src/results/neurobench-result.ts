import { z } from 'zod';
import { list, share } from './schema-parts.ts';

const neurobenchStep = z.object({
  /** Share of neurons that stay silent, mean over the steps 1…t. */
  activationSparsity: share,
  /** Synaptic operations of an image in t steps, zeros included. */
  dense: z.number(),
  /** Those of non-zero weights with non-zero numbers: multiply-accumulations. */
  effectiveMacs: z.number(),
  /** Those of non-zero weights with spikes of one size: accumulations. */
  effectiveAcs: z.number(),
});

/** Schema of {@link NeurobenchResult}. */
export const neurobenchSchema = z.object({
  /** Bytes of all constants of the network, and of the state of its neurons for one image. */
  footprint: z.int(),
  /** Share of the weights of synaptic operators that are zero. */
  connectionSparsity: share,
  /** After each time-step. */
  steps: list(neurobenchStep),
});

/** The metrics of NeuroBench for the algorithm track. */
export type NeurobenchResult = z.infer<typeof neurobenchSchema>;
