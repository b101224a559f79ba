import { z } from 'zod';
import { agreementFields } from './accuracy-result.ts';
import { list, share } from './schema-parts.ts';

/** A site that feeds linear operators that stay in float32: its neurons do not fit into 8 bits, or an operator does not. */
const siteInFloat = z.object({
  site: z.string(),
  /** Why, in words. */
  reason: z.string(),
});

/** Which synapses of a network the fast engine can put on 8 bits. */
const integerSynapseUse = z.object({
  /** Number of synaptic operators on 8-bit weights. */
  operators: z.int(),
  /** Number of all synaptic operators, products of two spike trains included. */
  allOperators: z.int(),
  /** Sites whose operators stay in float32 although they are linear, and why. */
  inFloat: list(siteInFloat),
});

/** The same images on 8-bit and on float32 synapses after one time-step; `agreement` is that of the two. */
const synapseStep = z.object({
  t: z.int(),
  ...agreementFields,
  /** Share of images whose label is the best class; null without labels. */
  top1: share.nullable(),
  /** The same with float32 synapses. */
  float32Top1: share.nullable(),
  /** Images that are right with float32 synapses alone; null without labels. */
  lost: z.int().nullable(),
  /** Images that are right with 8-bit synapses alone; null without labels. */
  won: z.int().nullable(),
});

/** Schema of {@link SynapseResult}. */
export const synapseSchema = z.object({
  ...integerSynapseUse.shape,
  /** Images that were evaluated with float32 synapses as well: the first ones of the run. */
  images: z.int(),
  steps: list(synapseStep),
});

/** A site whose linear operators stay in float32, and why. */
export type SiteInFloat = z.infer<typeof siteInFloat>;

/** Which synapses of a network the fast engine can put on 8 bits. */
export type IntegerSynapseUse = z.infer<typeof integerSynapseUse>;

/** The same images on 8-bit and on float32 synapses after one time-step. Shares are in [0, 1], intervals 95 % (Wilson). */
export type SynapseStep = z.infer<typeof synapseStep>;

/** What 8-bit synapses do to a network: where they are, and what they cost beside float32 ones. */
export type SynapseResult = z.infer<typeof synapseSchema>;
