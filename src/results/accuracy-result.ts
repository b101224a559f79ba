import { z } from 'zod';
import { interval, share } from './schema-parts.ts';

/** Accuracy of a network on the images of a run, null without labels. Intervals are 95 % (Wilson). */
export const accuracyFields = {
  /** Share of images whose label is the best class. */
  top1: share.nullable(),
  top1Interval: interval.nullable(),
  /** Share of images whose label is among the best five. */
  top5: share.nullable(),
  top5Interval: interval.nullable(),
};

/** How often a network decides as the source network does. */
export const agreementFields = {
  /** Share of images with the source network's best class. */
  agreement: share,
  agreementInterval: interval,
};

/** The same, null for a network that does not tell classes. */
export const classAgreementFields = {
  agreement: share.nullable(),
  agreementInterval: interval.nullable(),
};

/** Schema of {@link SourceResult}. */
export const sourceSchema = z.object(accuracyFields);

/** Accuracy of a network that does not spike. */
export type SourceResult = z.infer<typeof sourceSchema>;
