import { z } from 'zod';
import { numbers } from './schema-parts.ts';

/**
 * Synaptic operations of a matrix product, per time-step: pairs of non-zero operands. Where a neuron emits several spikes
 * in a step, each of them makes its own pairs.
 */
const productCounts = z.object({
  /** Spike meets spike, nnz(x·y). */
  both: numbers,
  /** Spike of the left operand meets what the right one has accumulated, nnz(x·S_B). */
  left: numbers,
  /** What the left operand has accumulated meets a spike of the right one, nnz(S_A·y). */
  right: numbers,
});

/** Schema of {@link Activity}. */
export const activitySchema = z.object({
  /** Spikes per time-step by site; a spike of any level counts once, several spikes in one step count each. */
  spikes: z.record(z.string(), numbers),
  /** Synaptic operations of matrix products by operator. */
  products: z.record(z.string(), productCounts),
  /** Non-zero inputs per time-step of linear operators that read spikes through pooling, sums or changes of shape. */
  inputs: z.record(z.string(), numbers),
  /** Number of hidden steps, in which neurons calibrate themselves. */
  hiddenSteps: z.int(),
});

/**
 * How many spikes there were at each time-step, the hidden steps first, summed over a batch. Plain data, so that it can
 * be written to a run record.
 */
export type Activity = z.infer<typeof activitySchema>;

/** Pairs of operands of one product. */
export type ProductCounts = z.infer<typeof productCounts>;
