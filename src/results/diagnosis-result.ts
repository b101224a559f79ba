import { z } from 'zod';
import { list, share } from './schema-parts.ts';

/** How far the decoded value of a site is from the source network's activation after T steps. */
const siteError = z.object({
  /** ‖d − a‖ / ‖a‖: decoded value d against the source network's activation a. */
  total: z.number(),
  /** ‖d − f(x̄)‖ / ‖a‖: what the neurons of this site lose themselves. */
  own: z.number(),
  /** ‖f(x̄) − a‖ / ‖a‖: what arrives wrong already, from earlier sites. */
  inherited: z.number(),
});

/** Channels of a site whose activations dwarf those of the others. */
const channelOutliers = z.object({
  /** Number of channels. */
  channels: z.int(),
  /** Number of channels whose root-mean-square activation is at least 8 times the median channel's. */
  count: z.int(),
  /** The largest of them, at most five, largest first: number of the channel and its ratio to the median. */
  largest: list(z.object({ channel: z.int(), ratio: z.number() })),
});

const siteDiagnosis = z.object({
  name: z.string(),
  neuron: z.string(),
  error: siteError,
  /** Share of values beyond what the neurons can decode to after T steps, however they are driven. */
  saturated: share,
  /** Share of neurons that spiked on none of the images. */
  dead: share,
  /** Share of the squared signal that arrives at neurons which do not spike on that image. */
  silentSignal: share,
  /** Null for operands of products of activations, as in attention. */
  outliers: channelOutliers.nullable(),
  /** ‖z − z₀‖ / ‖z₀‖ of the logits z when the neurons of this site alone spike; absent when not measured. */
  logitError: z.number().optional(),
});

const finding = z.object({
  kind: z.enum(['mute', 'own-error', 'inherited', 'saturated', 'silent', 'outliers', 'dead', 'none']),
  /** Sites concerned, the worst first. */
  sites: list(z.string()),
  /** A sentence or two: the finding with its number, and what to do. */
  text: z.string(),
});

/** Schema of {@link Diagnosis}. */
export const diagnosisSchema = z.object({
  /** Number of images that were looked at. */
  images: z.int(),
  /** T, the step after which errors are measured. */
  steps: z.int(),
  /** All sites in topological order. */
  sites: list(siteDiagnosis),
  /** Sentences, the most important first. */
  findings: list(finding),
});

/** Schema of {@link SiteConversionErrors}. */
export const siteErrorsSchema = z.object({
  site: z.string(),
  /** Mean square of the source network's activation; the errors below are relative to it. */
  power: z.number(),
  /** Activations beyond the threshold, which no rate can carry. */
  clipping: z.number(),
  /** Activations between two rates that T steps can carry. */
  quantisation: z.number(),
  /** Spikes more or less than the mean input calls for, because of the order in which it arrived. */
  unevenness: z.number(),
  /** What came in differed from the source network already: errors of earlier layers. */
  inherited: z.number(),
  /** All together: decoded value against the source network's activation. */
  total: z.number(),
  /** Share of neurons that fire at every step. */
  saturated: z.number(),
  /** Share of neurons that never fire. */
  silent: z.number(),
});

/** How far the decoded value of a site is from the source network's activation after T steps. */
export type SiteError = z.infer<typeof siteError>;

/** Channels of a site whose activations dwarf those of the others. */
export type ChannelOutliers = z.infer<typeof channelOutliers>;

/** What a few images say about one site. Shares are in [0, 1]. */
export type SiteDiagnosis = z.infer<typeof siteDiagnosis>;

/** What was found, and what to do about it. */
export type Finding = z.infer<typeof finding>;

/** Where a spiking network loses accuracy, and what to do about it. */
export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** How far the output of a rate-coded site is from what the source network has there, by cause. */
export type SiteConversionErrors = z.infer<typeof siteErrorsSchema>;

/** The same without the name of the site. */
export type ConversionErrors = Omit<SiteConversionErrors, 'site'>;
