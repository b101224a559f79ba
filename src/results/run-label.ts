import { z } from 'zod';
import { list } from './schema-parts.ts';

/** Schema of {@link RunLabel}: `label.json`. */
export const runLabelSchema = z.object({
  /** Name that people gave. */
  name: z.string().optional(),
  tags: list(z.string()).default([]),
});

/** What people call a run. It decides about nothing. */
export type RunLabel = z.infer<typeof runLabelSchema>;
