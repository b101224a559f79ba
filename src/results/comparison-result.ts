import { z } from 'zod';
import { evaluationSchema } from './evaluation-result.ts';
import { list } from './schema-parts.ts';

const entry = z.object({
  /** Method and preset, or the name of a file. */
  name: z.string(),
  /** Folder of its own run, relative to the comparison's. */
  folder: z.string(),
  result: evaluationSchema,
});

/** Schema of {@link Comparison}: `result.json` of a comparison. */
export const comparisonSchema = z.object({
  kind: z.literal('comparison'),
  entries: list(entry),
});

/** Evaluations on the same images with the same calibration. */
export type Comparison = z.infer<typeof comparisonSchema>;

/** A finished entry of a comparison. */
export type ComparisonEntry = z.infer<typeof entry>;
