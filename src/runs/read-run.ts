import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import { type Comparison, comparisonSchema } from '../results/comparison-result.ts';
import { type Environment, environmentSchema } from '../results/environment.ts';
import { type EvaluationResult, evaluationSchema } from '../results/evaluation-result.ts';
import { type Frontier, frontierSchema } from '../results/frontier.ts';
import { type RunSettings, runSettingsSchema } from '../results/run-settings.ts';
import { type RunTraces, tracesSchema } from '../results/traces.ts';
import { type RunFile, RunFolder, runFileName } from './run-folder.ts';

/** What every finished run leaves. */
interface AnyRun {
  /** Name of the network, or of the folder. */
  readonly name: string;
  readonly settings: RunSettings;
  readonly environment: Environment | undefined;
  /** The files as they are, by name. */
  readonly files: ReadonlyMap<string, string>;
}

/** A finished evaluation, read from its folder. */
export interface Run extends AnyRun {
  readonly kind: 'evaluation';
  readonly result: EvaluationResult;
  readonly traces: RunTraces | undefined;
}

/** A finished comparison, read from its folder. */
export interface ComparisonRun extends AnyRun {
  readonly kind: 'comparison';
  readonly comparison: Comparison;
}

/** A tuning, read from its folder. */
export interface TuningRun extends AnyRun, Frontier {
  readonly kind: 'frontier';
}

/**
 * Reads the folder of a finished run.
 *
 * @throws FormatError if the run has no result yet, or a file is not what it should be
 */
export async function readRun(path: string): Promise<Run | ComparisonRun | TuningRun> {
  const folder = new RunFolder(path);
  const files = new Map<string, string>();
  const read = async <S extends z.ZodType>(file: RunFile, schema: S): Promise<z.infer<S> | undefined> => {
    const text = await folder.readText(file);
    if (text !== undefined) files.set(runFileName(file), text.trim());
    return folder.readJson(file, schema);
  };
  const settings = (await read('settings', runSettingsSchema)) ?? {};
  const environment = await read('environment', environmentSchema);
  const name = environment?.network ?? basename(resolve(path));
  const common = { name, settings, environment, files };
  const result = await read('result', z.union([comparisonSchema, evaluationSchema]));
  if (result && 'entries' in result) return { kind: 'comparison', ...common, comparison: result };
  if (result) return { kind: 'evaluation', ...common, result, traces: await read('traces', tracesSchema) };
  const frontier = await read('frontier', frontierSchema);
  if (frontier) return { kind: 'frontier', ...common, ...frontier };
  throw new FormatError({
    where: path,
    expected: `the folder of a finished run, with ${runFileName('result')} or ${runFileName('frontier')}`,
    got: await describePlace(path),
    remedy: 'Give the folder that the run named, after it has come to its end',
  });
}

async function describePlace(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  if (!info) return 'no such file or folder';
  return info.isDirectory() ? 'neither' : 'a file';
}
