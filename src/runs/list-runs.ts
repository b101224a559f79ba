import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { type RunLabel, runLabelSchema } from '../results/run-label.ts';
import { readRun } from './read-run.ts';
import { RunFolder } from './run-folder.ts';

/** A run as its folder has it. */
export interface ListedRun extends RunLabel {
  /** Path of its folder. */
  readonly path: string;
  /** `unfinished` where there is no result yet, `damaged` where files are not what they were. */
  readonly state: 'finished' | 'unfinished' | 'damaged';
  /** Absent where it is not finished. */
  readonly run?: Awaited<ReturnType<typeof readRun>>;
}

/**
 * The runs in a folder, by name. Runs within a run, as of a comparison, are left out.
 *
 * @param root folder with a folder for each run
 * @returns none where the folder is not there
 */
export async function listRuns(root: string): Promise<ListedRun[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
  const runs: ListedRun[] = [];
  for (const path of folders.sort()) {
    const run = await listedRun(path);
    if (run) runs.push(run);
  }
  return runs;
}

/** One run; `undefined` where the folder holds none. */
async function listedRun(path: string): Promise<ListedRun | undefined> {
  const folder = new RunFolder(path);
  if ((await folder.readSettings()) === undefined) return undefined;
  const label = (await folder.readJson('label', runLabelSchema).catch(() => undefined)) ?? { tags: [] };
  const finished = ((await folder.readText('result')) ?? (await folder.readText('frontier'))) !== undefined;
  if (!finished) return { path, ...label, state: 'unfinished' };
  const run = await readRun(path).catch(() => undefined);
  return run ? { path, ...label, state: 'finished', run } : { path, ...label, state: 'damaged' };
}

/**
 * The folder of a run: a path, or the name of a folder or of a run below.
 *
 * @throws UsageError if there is none, or several have the name
 */
export async function findRun(given: string, root: string): Promise<string> {
  if ((await new RunFolder(given).readSettings()) !== undefined) return given;
  const runs = await listRuns(root);
  const found = runs.filter(({ path, name }) => basename(path) === given || name === given);
  const [only] = found;
  if (only && found.length === 1) return only.path;
  throw new UsageError({
    where: `'${given}'`,
    expected: `the folder of a run, or the name of one in ${root}`,
    got: only ? `a name of ${found.map(({ path }) => path).join(', ')}` : 'neither',
    remedy: only
      ? 'Give the folder'
      : `Choose one of ${runs.map(({ path }) => basename(path)).join(', ') || 'none: there are no runs yet'}`,
  });
}
