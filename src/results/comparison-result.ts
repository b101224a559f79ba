import { z } from 'zod';
import { evaluationSchema } from './evaluation-result.ts';
import { list, share } from './schema-parts.ts';

const entry = z.object({
  /** Method and preset, or the name of a file. */
  name: z.string(),
  /** Folder of its own run, relative to the comparison's. */
  folder: z.string(),
  result: evaluationSchema,
});

const verdict = z.object({
  /** Images that the first network alone gets right. */
  onlyFirst: z.int(),
  /** Images that the second network alone gets right. */
  onlySecond: z.int(),
  /** Two-sided p of McNemar's exact test: how often chance alone would part two equally good networks this far. */
  p: share,
});

const difference = z.object({
  /** Names of two entries. */
  first: z.string(),
  second: z.string(),
  /** Images that both answered. */
  images: z.int(),
  /** After the last steps: whose answer is the label; null without labels. */
  top1: verdict.nullable(),
  /** After the last steps: whose answer is the source network's. */
  agreement: verdict,
});

/** Schema of {@link Comparison}: `result.json` of a comparison. */
export const comparisonSchema = z.object({
  kind: z.literal('comparison'),
  entries: list(entry),
  /** Every two entries, image by image; empty for runs of earlier versions. */
  differences: list(difference).default([]),
});

/** Evaluations on the same images with the same calibration. */
export type Comparison = z.infer<typeof comparisonSchema>;

/** Two networks on the same images, as to one kind of right answer. */
export type Verdict = z.infer<typeof verdict>;

/** Two entries of a comparison, image by image. */
export type ComparisonDifference = z.infer<typeof difference>;

/** A finished entry of a comparison. */
export type ComparisonEntry = z.infer<typeof entry>;
