import { z } from 'zod';

/** A number and where it is published. */
const figure = z.strictObject({ value: z.number().positive(), source: z.string().min(1) });

/** Names and where they are published. */
const names = z.strictObject({ values: z.array(z.string()).min(1), source: z.string().min(1) });

/** Whole numbers that are possible, and where they are published. */
const choice = z.strictObject({ values: z.array(z.int().min(0)).min(1), source: z.string().min(1) });

/**
 * What a chip has room for. What is left out is not published, or not limited, and is not checked. Layers are called `convolution`, `depthwise-convolution`,
 * `linear`, `product` (of two activations), `sum`, `average-pool`, `max-pool`, or by their ONNX operator; `any` is for chips that are programmed.
 */
export const chipLimitsSchema = z.strictObject({
  /** Kebab case, as it is called by. */
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string(),
  /** One sentence: what it is, and what is taken for granted where the figures are silent. */
  summary: z.string(),
  cores: figure,
  /** Whether a layer may be spread over several cores. */
  spreads: z.boolean(),
  /** Neurons that a core has room for. */
  neurons: figure.optional(),
  /** Weights that a core has room for. */
  weights: figure.optional(),
  /** Bytes that a core has for weights and states together. */
  memory: figure.optional(),
  /** Cores of different sizes, in place of the three before: weights and neurons of each. */
  sizes: z
    .strictObject({
      values: z.array(z.strictObject({ weights: z.int().min(1), neurons: z.int().min(1) })).min(1),
      source: z.string().min(1),
    })
    .optional(),
  /** How weights lie: one after the other, or kernel and output channels each rounded up to a power of two. Default `dense` */
  layout: z.enum(['dense', 'powers-of-two']).default('dense'),
  /** Bits of a weight, at most. */
  weightBits: figure,
  /** Bits of a membrane potential. */
  stateBits: figure.optional(),
  /** Bits of an activation, where neurons are quantised activations, at most: T steps are log₂(T + 1) bits. */
  activationBits: figure.optional(),
  /** Inputs of a neuron, at most. */
  fanIn: figure.optional(),
  /** Other layers that a layer sends its spikes to, at most. */
  destinations: figure.optional(),
  /** Whether a spike may say a number. */
  graded: z.strictObject({ value: z.boolean(), source: z.string().min(1) }),
  /** Neurons, by their names here. */
  kinds: names,
  layers: names,
  /** Lengths of kernels, steps from place to place, and channels of convolutions. */
  kernels: choice.optional(),
  strides: choice.optional(),
  channels: figure.optional(),
});

/** What a chip has room for; see {@link chipLimitsSchema}. */
export type ChipLimits = z.output<typeof chipLimitsSchema>;

/** Declares what a chip has room for; each figure with its public source. */
export function defineChipLimits(limits: z.input<typeof chipLimitsSchema>): ChipLimits {
  return chipLimitsSchema.parse(limits);
}
