import { createHash } from 'node:crypto';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { reportRun } from '../jobs/report-run.ts';
import type { ComparisonEntry } from '../results/comparison-result.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Contestant } from './contestants.ts';
import { type EvaluateSettings, evaluateNetwork } from './evaluate-network.ts';
import { printNotice } from './print-notice.ts';

/** The end of a comparison. */
export type ComparisonEnd = { readonly folder: string } & (
  | {
      readonly finished: true;
      readonly entries: readonly ComparisonEntry[];
      readonly report: string | undefined;
    }
  | { readonly finished: false; readonly name: string; readonly done: number }
);

/** What is compared, and where the record goes. */
export interface ComparisonPlan {
  /** Name of the comparison. */
  readonly name: string;
  readonly contestants: readonly Contestant[];
  /** Everything that decides about the results. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Folder of the record. Default: made from name and identity. */
  readonly folder?: string | undefined;
}

/**
 * Evaluates every contestant on the same images. A comparison that was interrupted goes on where it stopped: what is
 * finished in its folder is not evaluated again.
 *
 * @throws UsageError if the folder cannot be written, or holds another comparison
 */
export async function compareNetworks(
  plan: ComparisonPlan,
  settings: EvaluateSettings,
): Promise<ComparisonEnd> {
  const folder = await openFolder(plan);
  const entries: ComparisonEntry[] = [];
  for (const { name, open } of plan.contestants) {
    const own = folderOf(name);
    const finished = await finishedResult(join(folder, own));
    console.error(finished ? `${name}: done before` : `${name}:`);
    if (finished) {
      entries.push({ name, folder: own, result: finished });
      continue;
    }
    const end = await evaluateNetwork(await open(), { ...settings, run: join(folder, own) });
    if (!end.finished) return { folder, finished: false, name, done: end.done };
    entries.push({ name, folder: own, result: end.result });
  }
  const result = { kind: 'comparison', entries };
  await writeAtomically(join(folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  const report = await reportRun(folder, { name: plan.name }, { onNotice: printNotice });
  return { folder, finished: true, entries, report };
}

function folderOf(name: string): string {
  return name.replaceAll('/', '-');
}

async function openFolder({ name, contestants, identity, folder: wanted }: ComparisonPlan): Promise<string> {
  const text = `${JSON.stringify({ kind: 'comparison', ...identity }, null, 2)}\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const folder = wanted ?? join('runs', `compare-${name}-${hash}`);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw unusable(folder, 'a folder that can be written', messageOf(error));
  });
  const before = await readText(join(folder, 'run.json'));
  if (before !== undefined && before !== text) {
    throw unusable(folder, 'the record of this comparison, or none', 'the record of another run');
  }
  // A finished comparison starts anew; the last results are kept until there are new ones.
  if (await setAside(folder)) {
    for (const contestant of contestants) await setAside(join(folder, folderOf(contestant.name)));
  }
  await writeAtomically(join(folder, 'run.json'), text);
  return folder;
}

/** @returns whether there was a result */
async function setAside(folder: string): Promise<boolean> {
  const moved = rename(join(folder, 'result.json'), join(folder, 'previous-result.json'));
  return moved.then(
    () => true,
    () => false,
  );
}

async function finishedResult(folder: string): Promise<EvaluationResult | undefined> {
  const text = await readText(join(folder, 'result.json'));
  return text === undefined ? undefined : (JSON.parse(text) as EvaluationResult);
}

function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function unusable(where: string, expected: string, got: string): UsageError {
  return new UsageError({ where, expected, got, remedy: 'Choose another --run folder, or remove this one' });
}
