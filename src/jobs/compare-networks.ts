import { join, resolve } from 'node:path';
import { withFolderLock } from '../files/folder-lock.ts';
import { compareAnswers } from '../metrics/compare-answers.ts';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import type { Comparison, ComparisonDifference, ComparisonEntry } from '../results/comparison-result.ts';
import { type EvaluationResult, evaluationSchema } from '../results/evaluation-result.ts';
import type { RunSettings } from '../results/run-settings.ts';
import { readPredictions } from '../runs/read-predictions.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { ComparedNetwork } from './compared-networks.ts';
import { defaultRunFolder } from './default-run-folder.ts';
import { type EvaluateSettings, evaluateNetwork } from './evaluate-network.ts';
import type { JobListener } from './notice.ts';
import { reportRun } from './report-run.ts';

/** The end of a comparison. */
export type ComparisonEnd = { readonly folder: string } & (
  | {
      readonly finished: true;
      readonly entries: readonly ComparisonEntry[];
      /** Every two of them, image by image: which lead may be chance. */
      readonly differences: readonly ComparisonDifference[];
      readonly report: string | undefined;
    }
  | { readonly finished: false; readonly name: string; readonly done: number }
);

/** How to compare networks: how each is evaluated, and where the record goes. */
export interface CompareSettings extends EvaluateSettings {
  /** Folder of the record. Default: `runs/compare-<networks>-<settings>`. */
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
 * const conversion = { calibration: 'x.npy', steps: 1 };
 * const networks = byMethods(await openNetwork('vit/'), ['ecmt', 'differential'], conversion);
 * const end = await compareNetworks(networks, { data: 'x.npy', workers: 1, folder: 'runs/comparison' });
 * console.log(end.finished && end.entries.map(({ name }) => name).join(' ')); // ecmt differential
 * ```
 */
export async function compareNetworks(
  networks: readonly ComparedNetwork[],
  settings: CompareSettings,
): Promise<ComparisonEnd> {
  const identity = identityOf(networks, settings);
  const title = titleOf(networks);
  const path = settings.folder ?? (await defaultRunFolder(`compare-${title}`, identity));
  return withFolderLock(path, async () => {
    const folder = await openFolder(path, identity, networks);
    return compareIn(folder, title, networks, settings);
  });
}

async function compareIn(
  folder: RunFolder,
  title: string,
  networks: readonly ComparedNetwork[],
  { onNetwork, evaluate = evaluateNetwork, name: label, tags, ...settings }: CompareSettings,
): Promise<ComparisonEnd> {
  const entries: ComparisonEntry[] = [];
  for (const { name, open } of networks) {
    const own = folderOf(name);
    const path = join(folder.path, own);
    const finished = await finishedResult(new RunFolder(path), settings);
    onNetwork?.(name, finished !== undefined);
    if (finished) {
      entries.push({ name, folder: own, result: finished });
      continue;
    }
    const end = await evaluate(await open(), { ...settings, folder: path });
    if (!end.finished) return { folder: folder.path, finished: false, name, done: end.done };
    entries.push({ name, folder: own, result: end.result });
  }
  const differences = await differencesOf(folder, entries);
  const result: Comparison = { kind: 'comparison', entries, differences };
  await folder.write('result', result);
  const report = await reportRun(folder.path, { name: title }, { ...settings, name: label, tags });
  return { folder: folder.path, finished: true, entries, differences, report };
}

async function differencesOf(
  folder: RunFolder,
  entries: readonly ComparisonEntry[],
): Promise<ComparisonDifference[]> {
  // Other tasks have figures that are no shares of right answers.
  if (entries.some(({ result }) => result.task)) return [];
  const answers = await Promise.all(
    entries.map((entry) => readPredictions(new RunFolder(join(folder.path, entry.folder)))),
  );
  return entries.flatMap(({ name: first }, i) =>
    entries.slice(i + 1).map(({ name: second }, j) => ({
      first,
      second,
      ...compareAnswers(answers[i] ?? [], answers[i + 1 + j] ?? []),
    })),
  );
}

/** The source network, or the spiking ones. */
function titleOf(networks: readonly ComparedNetwork[]): string {
  const names = networks.map(({ from }) => from.name.replace(/\.snn$/, ''));
  return [...new Set(names)].join('-vs-');
}

function folderOf(name: string): string {
  return name.replaceAll('/', '-');
}

async function openFolder(
  path: string,
  identity: RunSettings,
  networks: readonly ComparedNetwork[],
): Promise<RunFolder> {
  const folder = await RunFolder.make(path);
  // A finished comparison starts anew; the last results are kept until there are new ones.
  if (!(await folder.claim(identity))) {
    for (const { name } of networks) await new RunFolder(join(path, folderOf(name))).setResultAside();
  }
  return folder;
}

/** Everything that decides about the results. */
function identityOf(networks: readonly ComparedNetwork[], settings: CompareSettings): RunSettings {
  const { data, labels, split, limit, steps, batchSize, strict } = settings;
  const { engine = 'fast', synapses = 'float32', quantised = true } = settings;
  const sources = [...new Set(networks.map(({ from }) => from))];
  const [first] = networks;
  return {
    kind: 'comparison',
    models: sources.map(({ path }) => path),
    fingerprints: sources.map(({ fingerprint }) => fingerprint),
    ...(first?.conversion && { methods: networks.map(({ name }) => name), ...first.conversion }),
    data: absoluteDataPath(data),
    labels: labels === undefined ? undefined : resolve(labels),
    task: settings.task,
    output: settings.output,
    head: settings.head,
    split,
    limit,
    steps,
    batch: batchSize,
    engine,
    synapses,
    quantised,
    strict: strict || undefined,
  };
}

/** A result that is there and whole; what is damaged is summed up again from its batches. */
async function finishedResult(
  folder: RunFolder,
  { onNotice }: JobListener,
): Promise<EvaluationResult | undefined> {
  try {
    return await folder.readJson('result', evaluationSchema);
  } catch {
    onNotice?.({ kind: 'damaged-record', message: `${folder.pathOf('result')}: damaged; it is made again` });
    return undefined;
  }
}
