import * as z from 'zod';
import type { PreprocessConfig } from '../preprocess.ts';

/** `[height, width]` in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** What a form made of a configuration file: settings, or what is wrong with it, one line each. */
export interface FormResult {
  config?: PreprocessConfig;
  problems: string[];
}

/** One way in which checkpoints write down their preprocessing. */
export interface PreprocessForm {
  name: string;
  /** Whether a file is of this form at all. */
  matches(config: Record<string, unknown>): boolean;
  /** Reads the settings; `imageSize` is what the network takes and fills in what the file leaves open. */
  parse(config: Record<string, unknown>, imageSize: ImageSize): FormResult;
}

/** A form that is checked by a zod schema and then turned into settings; `build` may report problems of its own. */
export interface SchemaForm<T> {
  name: string;
  matches(config: Record<string, unknown>): boolean;
  /** The part of the file that the schema describes, and its name in messages (empty for the whole file). */
  select(config: Record<string, unknown>): { value: unknown; path: string };
  schema: z.ZodType<T>;
  build(value: T, imageSize: ImageSize): { config: PreprocessConfig; problems?: string[] };
}

/** Makes a form out of a schema; all violations of the schema become problems. */
export function definePreprocessForm<T>(form: SchemaForm<T>): PreprocessForm {
  return {
    name: form.name,
    matches: form.matches,
    parse(config, imageSize) {
      const { value, path } = form.select(config);
      const parsed = form.schema.safeParse(value);
      if (!parsed.success)
        return { problems: parsed.error.issues.map((issue) => describeIssue(issue, path)) };
      const { config: built, problems = [] } = form.build(parsed.data, imageSize);
      return { config: built, problems };
    },
  };
}

function describeIssue(issue: z.core.$ZodIssue, prefix: string): string {
  const path = [prefix, ...issue.path.map(String)].filter(Boolean).join('.');
  return path ? `${path}: ${issue.message}` : issue.message;
}

/** A size in pixels. */
export const pixels = z.int().positive();

/** Mean of one grey or three colour channels. */
export const channelMeans = z.array(z.number()).refine((list) => list.length === 1 || list.length === 3, {
  error: 'expected 1 or 3 numbers',
});

/** Standard deviation of one grey or three colour channels. */
export const channelDeviations = z
  .array(z.number().positive())
  .refine((list) => list.length === 1 || list.length === 3, { error: 'expected 1 or 3 numbers' });

/** The part of the settings that all forms share. */
export function channelSettings(
  mean: number[],
  std: number[],
): Pick<PreprocessConfig, 'mean' | 'std' | 'channels'> {
  return { mean, std, channels: mean.length === 1 ? 1 : 3 };
}

/** The complaint about lists of different lengths, if there is one. */
export function lengthProblem(mean: readonly number[], std: readonly number[]): string[] {
  if (mean.length === std.length) return [];
  return [`expected as many numbers in mean as in std, got ${mean.length} and ${std.length}`];
}
