import { z } from 'zod';

/** Name of an .npy file beside network.json. */
const file = z.string().regex(/^[\w.-]+\.npy$/);
const pair = z.tuple([z.int().min(0), z.int().min(0)]);
const shape = z.array(z.int().min(1)).max(3);

const input = z.object({
  kind: z.literal('input'),
  name: z.string(),
  /** Axes of a sample, channels first. */
  shape,
  /** Whether every step reads the same numbers, or its own. */
  presentation: z.enum(['constant', 'over-time']),
  /** x ≈ scale · q: the whole number q arrives in a step. */
  scale: z.number().positive(),
  lowest: z.int(),
  highest: z.int(),
});

const pool = z.object({
  kind: z.literal('sum-pool'),
  name: z.string(),
  from: z.string(),
  shape,
  kernel: pair,
  stride: pair,
  padding: pair,
});

const synapses = z.object({
  name: z.string(),
  /** Layer whose spikes, sums or numbers they read. */
  from: z.string(),
  kind: z.enum(['convolution', 'dense']),
  /** Whole numbers: int8 for 4 and 8 bits, int16 for 16; [out, in / groups, height, width], or [out, in] with what is read channels first. */
  weight: file,
  stride: pair,
  padding: pair,
  dilation: pair,
  groups: z.int().min(1),
});

const neurons = z.object({
  kind: z.enum(['population', 'output']),
  name: z.string(),
  shape,
  /** float64 by channel: what 1 of its weights, bias, potential and threshold stands for. */
  scale: file,
  zeroPoint: z.literal(0),
  /** int32 by channel, added in every step. */
  bias: file,
  synapses: z.array(synapses),
  /** Of a population. */
  neuron: z
    .object({
      model: z.literal('integrate-and-fire'),
      fires: z.literal('v >= threshold'),
      reset: z.literal('subtract'),
      delay: z.literal(0),
      /** int32, float64 [shape]. */
      threshold: z.object({ integer: file, real: file }),
      initialPotential: z.object({ integer: file, real: file }),
      /** Largest error of a threshold by rounding, relative. */
      thresholdError: z.number().min(0),
    })
    .optional(),
  /** Spikes of all its neurons in all steps, mean over the golden inputs. */
  expectedSpikes: z.number().min(0).optional(),
  /** uint8 [N, T, …shape] of a population: 0 or 1. int32 [N, T, …shape] of an output: sums over the steps so far. */
  golden: file,
});

/** Schema of {@link Manifest}: `network.json` of a network in whole numbers. */
export const manifestSchema = z.object({
  format: z.literal('transpike-network'),
  version: z.literal(1),
  name: z.string(),
  steps: z.int().min(1),
  coding: z.literal('rate'),
  weightBits: z.union([z.literal(4), z.literal(8), z.literal(16)]),
  accumulatorBits: z.int().min(8).max(32),
  overflow: z.enum(['saturate', 'wrap']),
  /** All that arrives in a step is added up, then the bias, then to the potential, which has to fit. */
  order: z.literal('sum-then-add'),
  /** The class is the output with the largest sum after the last step. */
  decoding: z.literal('sum over steps'),
  /** In an order in which they can be computed. */
  layers: z.array(
    z.discriminatedUnion('kind', [
      input,
      pool,
      neurons.extend({ kind: z.literal('population') }),
      neurons.extend({ kind: z.literal('output') }),
    ]),
  ),
  golden: z.object({
    samples: z.int().min(1),
    /** int8 by input, [N, …shape], or [N, T, …shape] where it is over time. */
    inputs: z.record(z.string(), file),
  }),
});

/** A network in whole numbers as files say it; see {@link manifestSchema}. */
export type Manifest = z.output<typeof manifestSchema>;
