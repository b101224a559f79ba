import { z } from 'zod';
import { list, numbers } from './schema-parts.ts';

const tokenEnergy = z.object({
  /** Name of the device. */
  device: z.string(),
  /** Nanojoules a token of the source network. */
  source: z.number(),
  /** The same of the spiking network for a run of exactly t steps, in the realisation that costs least. */
  steps: numbers,
});

/** Schema of {@link TokenResult}. */
export const tokenSchema = z.object({
  /** Tokens of all texts, without padding. */
  total: z.int(),
  /** Mean of the tokens of a text. */
  perText: z.number(),
  /** Full estimate of the energy for one token: that for one text, padding included, over the mean of its tokens. Empty where nothing spikes. */
  energy: list(tokenEnergy),
});

/** How many tokens a run read, and what one of them costs; estimates. */
export type TokenResult = z.infer<typeof tokenSchema>;
