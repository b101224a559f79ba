import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { FormatError, messageOf } from '../errors.ts';
import { type Comparison, comparisonSchema } from '../results/comparison-result.ts';
import { type Environment, environmentSchema } from '../results/environment.ts';
import { type EvaluationResult, evaluationSchema } from '../results/evaluation-result.ts';
import { type FrontierPoint, frontierSchema, type PayingRange } from '../results/frontier.ts';
import { type RunTraces, tracesSchema } from '../results/traces.ts';

/** A finished evaluation, read from its folder. */
export interface Run {
  /** Name of the network, or of the folder. */
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly result: EvaluationResult;
  readonly traces: RunTraces | undefined;
  readonly environment: Environment | undefined;
  /** The files as they are, by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** Anything a run folder can hold. */
export type RunFolder =
  | ({ readonly kind: 'evaluation' } & Run)
  | ({ readonly kind: 'comparison'; readonly comparison: Comparison } & Omit<Run, 'result' | 'traces'>)
  | ({
      readonly kind: 'frontier';
      readonly points: readonly FrontierPoint[];
      readonly source: number | null;
      readonly images: number | null;
      readonly pays: PayingRange | null;
    } & Omit<Run, 'result' | 'traces'>);

const settingsSchema = z.record(z.string(), z.unknown());

/**
 * Reads the folder of a finished run.
 *
 * @throws FormatError if the run has no result yet, or a file is not what it should be
 */
export async function readRunFolder(folder: string): Promise<RunFolder> {
  const files = new Map<string, string>();
  const read = async <S extends z.ZodType>(name: string, schema: S): Promise<z.infer<S> | undefined> => {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    files.set(name, text.trim());
    return parse(schema, text, path);
  };
  const settings = (await read('run.json', settingsSchema)) ?? {};
  const environment = await read('environment.json', environmentSchema);
  const name = environment?.network ?? basename(resolve(folder));
  const common = { name, settings, environment, files };
  const result = await read('result.json', z.union([comparisonSchema, evaluationSchema]));
  if (result && 'entries' in result) return { kind: 'comparison', ...common, comparison: result };
  if (result)
    return { kind: 'evaluation', ...common, result, traces: await read('traces.json', tracesSchema) };
  const frontier = await read('frontier.json', frontierSchema);
  if (frontier) return { kind: 'frontier', ...common, ...frontier };
  throw new FormatError({
    where: folder,
    expected: 'the folder of a finished run, with result.json or frontier.json',
    got: 'neither',
    remedy: 'Give the folder that the run named, after it has come to its end',
  });
}

function parse<S extends z.ZodType>(schema: S, text: string, where: string): z.infer<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const got = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, ' ') : messageOf(error);
    throw new FormatError(
      {
        where,
        expected: 'a file as docs/run-folder.md describes it',
        got,
        remedy: 'Run the evaluation again',
      },
      { cause: error },
    );
  }
}
