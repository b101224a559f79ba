import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { isRunning } from '../files/process-identity.ts';
import { comparisonSchema } from '../results/comparison-result.ts';
import { environmentSchema } from '../results/environment.ts';
import { type EvaluationResult, evaluationSchema } from '../results/evaluation-result.ts';
import { runLabelSchema } from '../results/run-label.ts';
import type { RunSettings } from '../results/run-settings.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { bestStep, headlinesOf } from '../tasks/headline.ts';

/** A folder among the runs, as the table of the studio shows it. */
export interface RunRow {
  /** Name of the folder. */
  readonly folder: string;
  /** Name that people gave it; default: the folder's. */
  readonly name: string;
  readonly tags: readonly string[];
  /** `foreign` where the folder holds no run; `damaged` where files are not what they should be. */
  readonly state: 'running' | 'finished' | 'unfinished' | 'damaged' | 'foreign';
  /** What is wrong with a damaged one. */
  readonly problem?: string;
  readonly kind?: 'evaluation' | 'comparison' | 'tuning';
  readonly network?: string;
  readonly method?: string;
  /** The command that started it, where one did. */
  readonly command?: string;
  /** When it was finished, or last worked on; ISO 8601. */
  readonly date?: string;
  /** Every step of a finished evaluation. */
  readonly steps: readonly StepRow[];
  /** Place of the best step among them. */
  readonly best?: number;
  /** Images that are done, and of how many. */
  readonly progress?: { readonly done: number; readonly total?: number; readonly seconds: number };
}

/** What a step of an evaluation gave. */
export interface StepRow {
  readonly t: number;
  readonly quality: number | null;
  readonly agreement: number | null;
  /** Energy relative to the source network: (a), and the full estimate by device. */
  readonly ecmtRatio: number;
  readonly fullRatios: Readonly<Record<string, number>>;
}

const ownerSchema = z.object({
  process: z.int(),
  started: z.string().nullable(),
  machine: z.string(),
  host: z.string(),
});
const lineSchema = z.object({
  predictions: z.array(z.unknown()),
  skipped: z.array(z.unknown()),
  seconds: z.number(),
});
const resultSchema = z.union([comparisonSchema, evaluationSchema]);

/** The rows of a folder of runs. What has not changed is not read again. */
export class RunRows {
  readonly #root: string;
  readonly #known = new Map<string, { readonly stamp: string; readonly row: RunRow }>();

  /** @param root folder with a folder for each run; it need not be there */
  constructor(root: string) {
    this.#root = root;
  }

  /** All rows by name of the folder. No folder, whatever is in it, keeps others from being listed. */
  async list(): Promise<RunRow[]> {
    const entries = await readdir(this.#root, { withFileTypes: true }).catch(() => []);
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
    return Promise.all(folders.map(({ name }) => this.#row(name)));
  }

  async #row(folder: string): Promise<RunRow> {
    const path = join(this.#root, folder);
    const stamp = await stampOf(path);
    const known = this.#known.get(folder);
    // What runs changes without new files, when its process ends.
    if (known?.stamp === stamp && known.row.state !== 'running') return known.row;
    const row = await readRow(path).catch(
      (error: unknown): RunRow => ({ ...emptyRow(path), state: 'damaged', problem: messageOf(error) }),
    );
    this.#known.set(folder, { stamp, row });
    return row;
  }
}

const watched = [
  'run.json',
  'batches.jsonl',
  'tuning.jsonl',
  'result.json',
  'frontier.json',
  'label.json',
  'run.lock',
];

async function stampOf(path: string): Promise<string> {
  const stamps = await Promise.all(
    watched.map((file) =>
      stat(join(path, file)).then(
        ({ mtimeMs, size }) => `${mtimeMs}/${size}`,
        () => '',
      ),
    ),
  );
  return stamps.join(' ');
}

function emptyRow(path: string): Omit<RunRow, 'state'> {
  return { folder: basename(path), name: basename(path), tags: [], steps: [] };
}

async function readRow(path: string): Promise<RunRow> {
  const folder = new RunFolder(path);
  const settings = await folder.readSettings();
  if (!settings) return withoutSettings(folder);
  const label = await folder.readJson('label', runLabelSchema).catch(() => undefined);
  const environment = await folder.readJson('environment', environmentSchema).catch(() => undefined);
  const { method, preset } = environment?.conversion ?? {};
  const common = {
    ...emptyRow(path),
    name: label?.name ?? basename(path),
    tags: label?.tags ?? [],
    ...(environment && { network: environment.network, date: environment.finished }),
    ...(environment?.command !== undefined && { command: environment.command }),
    ...(method !== undefined && { method: `${method}/${preset}` }),
  };
  if (await isLocked(path))
    return { ...common, state: 'running', progress: await progressOf(folder, settings.images) };
  try {
    return { ...common, ...(await finishedPart(folder, settings)) };
  } catch (error) {
    return { ...common, state: 'damaged', problem: messageOf(error) };
  }
}

/** What a run that nobody works on has come to. @throws FormatError if a file is damaged */
async function finishedPart(
  folder: RunFolder,
  { images }: RunSettings,
): Promise<Pick<RunRow, 'state'> & Partial<RunRow>> {
  const result = await folder.readJson('result', resultSchema);
  if (result && 'entries' in result) return { state: 'finished', kind: 'comparison' };
  if (result) return { state: 'finished', kind: 'evaluation', ...stepsOf(result) };
  if ((await folder.readText('frontier')) !== undefined) return { state: 'finished', kind: 'tuning' };
  return { state: 'unfinished', progress: await progressOf(folder, images) };
}

async function withoutSettings(folder: RunFolder): Promise<RunRow> {
  const row = emptyRow(folder.path);
  if (!(await holdsRun(folder))) return { ...row, state: 'foreign' };
  return { ...row, state: 'damaged', problem: 'it holds no run.json that can be read' };
}

async function holdsRun(folder: RunFolder): Promise<boolean> {
  const texts = [
    await folder.readText('batches'),
    await folder.readText('result'),
    await folder.readText('settings'),
  ];
  return texts.some((text) => text !== undefined);
}

/** Whether a process of this machine works in the folder. */
async function isLocked(path: string): Promise<boolean> {
  const text = await readFile(join(path, 'run.lock'), 'utf8').catch(() => '');
  const owner = ownerSchema.safeParse(parseJson(text)).data;
  return owner !== undefined && isRunning(owner) === true;
}

async function progressOf(folder: RunFolder, total: unknown): Promise<NonNullable<RunRow['progress']>> {
  const lines = ((await folder.readText('batches')) ?? '').split('\n');
  const batches = lines.flatMap((line) => lineSchema.safeParse(parseJson(line)).data ?? []);
  const done = batches.reduce(
    (sum, { predictions, skipped }) => sum + predictions.length + skipped.length,
    0,
  );
  const seconds = batches.reduce((sum, batch) => sum + batch.seconds, 0);
  return { done, seconds, ...(typeof total === 'number' && { total }) };
}

function stepsOf(result: EvaluationResult): Pick<RunRow, 'steps' | 'best'> {
  const { steps: headlines } = headlinesOf(result);
  const best = bestStep(headlines);
  const steps = result.steps.map(({ t, energy }, i) => ({
    t,
    quality: headlines[i]?.quality ?? null,
    agreement: headlines[i]?.likeness ?? null,
    ecmtRatio: energy.ecmtRatio,
    fullRatios: Object.fromEntries(energy.full.map(({ device, ratio }) => [device, ratio])),
  }));
  return { steps, ...(best !== undefined && { best }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
