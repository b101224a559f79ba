import { z } from 'zod';
import { weightBitRange } from '../../quantisers/weight-quantiser.ts';

/** How layers are replaced one after the other. */
export const tandemSettingsSchema = z.strictObject({
  /** When a layer is no longer trained: in the moment in which it is replaced, or after the stage that begins with that. */
  freeze: z.enum(['on-replacement', 'after-stage']).default('on-replacement'),
  /** A stage ends after this many epochs without a better result. */
  patience: z.int().positive().default(6),
  /** Share of the training data that is held back to compare epochs on. */
  validation: z.number().gt(0).lt(1).default(0.1),
  /** What epochs are compared by. */
  compare: z.enum(['accuracy', 'loss']).default('accuracy'),
  /** Thresholds are this quantile of the activations of their layer, taken when it is replaced. */
  quantile: z.number().gt(0).max(1).default(0.999),
  /** Bits of the weights of a layer from when it is frozen; the head, which is trained last, has 8. */
  weightBits: z.int().min(weightBitRange.fewest).max(weightBitRange.most).optional(),
  /** Largest number of inputs of a neuron, from when its layer is frozen. */
  fanIn: z.int().positive().optional(),
});
