import { join } from 'node:path';
import type { Comparison, ComparisonEntry } from '../results/comparison-result.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { ComparedNetwork } from './compared-networks.ts';
import { defaultRunFolder } from './default-run-folder.ts';
import { type EvaluateSettings, evaluateNetwork } from './evaluate-network.ts';
import { reportRun } from './report-run.ts';

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
  readonly networks: readonly ComparedNetwork[];
  /** Everything that decides about the results. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Folder of the record. Default: made from name and identity. */
  readonly folder?: string | undefined;
  /** Told when the turn of a network comes, and whether it was done before. */
  readonly onNetwork?: ((name: string, doneBefore: boolean) => void) | undefined;
  /** What evaluates, so that it can be shown. Default: evaluateNetwork */
  readonly evaluate?: typeof evaluateNetwork;
}

/**
 * Evaluates every network on the same images. A comparison that was interrupted goes on where it stopped: what is
 * finished in its folder is not evaluated again.
 *
 * @throws UsageError if the folder cannot be written, or holds another comparison
 *
 * @example
 * ```ts
 * import { byMethods, compareNetworks, openNetwork } from 'transpike';
 *
 * const calibration = { calibrate: 'x.npy', steps: 1 };
 * const networks = byMethods(await openNetwork('vit/'), ['ecmt', 'differential'], calibration);
 * const plan = { name: 'vit', networks, identity: calibration, folder: 'runs/comparison' };
 * const end = await compareNetworks(plan, { data: 'x.npy', workers: 1 });
 * console.log(end.finished && end.entries.map(({ name }) => name).join(' ')); // ecmt differential
 * ```
 */
export async function compareNetworks(
  plan: ComparisonPlan,
  settings: EvaluateSettings,
): Promise<ComparisonEnd> {
  const { networks, onNetwork, evaluate = evaluateNetwork } = plan;
  const folder = await openFolder(plan);
  const entries: ComparisonEntry[] = [];
  for (const { name, open } of networks) {
    const own = folderOf(name);
    const path = join(folder.path, own);
    const finished = await finishedResult(new RunFolder(path));
    onNetwork?.(name, finished !== undefined);
    if (finished) {
      entries.push({ name, folder: own, result: finished });
      continue;
    }
    const end = await evaluate(await open(), { ...settings, run: path });
    if (!end.finished) return { folder: folder.path, finished: false, name, done: end.done };
    entries.push({ name, folder: own, result: end.result });
  }
  const result: Comparison = { kind: 'comparison', entries };
  await folder.write('result', result);
  const report = await reportRun(folder.path, { name: plan.name }, settings);
  return { folder: folder.path, finished: true, entries, report };
}

function folderOf(name: string): string {
  return name.replaceAll('/', '-');
}

async function openFolder({ name, networks, identity, folder }: ComparisonPlan): Promise<RunFolder> {
  const settings = { kind: 'comparison', ...identity };
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  const made = await RunFolder.make(folder ?? defaultRunFolder(`compare-${name}`, text));
  // A finished comparison starts anew; the last results are kept until there are new ones.
  if (!(await made.claim(settings))) {
    for (const network of networks) {
      await new RunFolder(join(made.path, folderOf(network.name))).setResultAside();
    }
  }
  return made;
}

async function finishedResult(folder: RunFolder): Promise<EvaluationResult | undefined> {
  const text = await folder.readText('result');
  return text === undefined ? undefined : (JSON.parse(text) as EvaluationResult);
}
