import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { reportRun } from '../jobs/report-run.ts';
import type { Comparison, ComparisonEntry } from '../results/comparison-result.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { RunFolder } from '../runs/run-folder.ts';
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
    const path = join(folder.path, own);
    const finished = await finishedResult(new RunFolder(path));
    console.error(finished ? `${name}: done before` : `${name}:`);
    if (finished) {
      entries.push({ name, folder: own, result: finished });
      continue;
    }
    const end = await evaluateNetwork(await open(), { ...settings, run: path });
    if (!end.finished) return { folder: folder.path, finished: false, name, done: end.done };
    entries.push({ name, folder: own, result: end.result });
  }
  const result: Comparison = { kind: 'comparison', entries };
  await folder.write('result', result);
  const report = await reportRun(folder.path, { name: plan.name }, { onNotice: printNotice });
  return { folder: folder.path, finished: true, entries, report };
}

function folderOf(name: string): string {
  return name.replaceAll('/', '-');
}

async function openFolder({ name, contestants, identity, folder }: ComparisonPlan): Promise<RunFolder> {
  const settings = { kind: 'comparison', ...identity };
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const made = await RunFolder.make(folder ?? join('runs', `compare-${name}-${hash}`));
  // A finished comparison starts anew; the last results are kept until there are new ones.
  if (!(await made.claim(settings))) {
    for (const contestant of contestants) {
      await new RunFolder(join(made.path, folderOf(contestant.name))).setResultAside();
    }
  }
  return made;
}

async function finishedResult(folder: RunFolder): Promise<EvaluationResult | undefined> {
  const text = await folder.readText('result');
  return text === undefined ? undefined : (JSON.parse(text) as EvaluationResult);
}
