import { z } from 'zod';
import { list, numbers } from './schema-parts.ts';

/** Counts of values in bins that grow with the magnitude, as the levels of a ladder do. */
const histogram = z.object({
  /** Bounds of the bins, ascending; one more than there are bins. */
  edges: numbers,
  /** Share of all values in each bin; the shares sum to 1 but for rounding. */
  shares: numbers,
});

const siteTrace = z.object({
  name: z.string(),
  /** Numbers of the traced neurons, evenly spread over the site. */
  neurons: numbers,
  /**
   * Spikes of the traced neurons on the first image, by step, then by neuron: 0 for none, else the number of the level
   * from 1 (smallest), negative for a negative spike.
   */
  spikes: list(numbers),
  /** Amplitudes of the levels, ascending, negative ones included; of neurons by channel, those of the middle channel. */
  levels: numbers,
  /** The source network's activations. */
  activations: histogram,
  /** Membrane potentials of all steps before firing; null for neurons that have none to speak of. */
  potentials: histogram.nullable(),
});

const picture = z.object({
  width: z.int(),
  height: z.int(),
  /** Bytes of red, green and blue by row, in base64. */
  rgb: z.string(),
});

/** Schema of {@link RunTraces}: `traces.json`. */
export const tracesSchema = z.object({
  /** Id of the image whose spikes are traced. */
  image: z.string(),
  /** How the image looks to the network, at most 96 pixels a side; absent where it is no picture. */
  picture: picture.optional(),
  /** Number of images in the histograms. */
  images: z.int(),
  steps: z.int(),
  sites: list(siteTrace),
});

/** Counts of values in bins that grow with the magnitude, as the levels of a ladder do. */
export type Histogram = z.infer<typeof histogram>;

/** A small picture. */
export type Picture = z.infer<typeof picture>;

/** Spikes and values of one site, for drawing. */
export type SiteTrace = z.infer<typeof siteTrace>;

/** Spikes of the first image and values of all, for drawing. */
export type Traces = Omit<RunTraces, 'image' | 'picture'>;

/** The contents of `traces.json`: what was traced, and on which image. */
export type RunTraces = z.infer<typeof tracesSchema>;
