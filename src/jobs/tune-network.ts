import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { workerBytes } from '../evaluation/choose-workers.ts';
import { measuredNetwork } from '../evaluation/measured-network.ts';
import { taskOf } from '../evaluation/task-of.ts';
import { withFolderLock } from '../files/folder-lock.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import { derivedNetwork, type Network } from '../opening/open-network.ts';
import type { PayingRange } from '../results/frontier.ts';
import type { RunSettings } from '../results/run-settings.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import { runFileName } from '../runs/run-folder.ts';
import type { TaskName } from '../tasks/tasks.ts';
import { type LadderName, ladderFamilies } from '../tuning/ladders/ladder-families.ts';
import { payingRange } from '../tuning/search/paying-range.ts';
import type { TuningGoal } from '../tuning/search/tuning-goal.ts';
import { TuningJournal } from '../tuning/search/tuning-journal.ts';
import { type Tuned, type TuningProgress, tune } from '../tuning/tune.ts';
import { checkGoal } from './check-goal.ts';
import { defaultSteps } from './convert-network.ts';
import { defaultRunFolder } from './default-run-folder.ts';
import type { JobOrigin } from './notice.ts';
import { openQueue } from './open-queue.ts';
import type { QueueSettings } from './queue-settings.ts';
import { readDetectionHead } from './read-detection-head.ts';
import { refuseIdle } from './refuse-idle.ts';
import { reportRun } from './report-run.ts';
import { requireSource } from './require-source.ts';
import { inputsOf, type ModelOutputSettings, requireWritable } from './require-writable.ts';
import { tellLeftOut } from './tell-left-out.ts';
import { tellLostLines } from './tell-lost-lines.ts';
import { openTuningInputs, type TuningDataSettings } from './tuning-inputs.ts';
import { writeFrontier } from './write-frontier.ts';

/** How to tune a network. */
export interface TuneSettings extends TuningDataSettings, ModelOutputSettings, JobOrigin, QueueSettings {
  readonly goal: TuningGoal;
  /** What the network is for. Default: what the names and shapes of its outputs say. */
  readonly task?: TaskName | undefined;
  /** Name of the output to measure. Default: the one called `logits`, else the first one. */
  readonly measuredOutput?: string | undefined;
  /** How boxes are read from the outputs, for detection: as for {@link EvaluateSettings.head}. */
  readonly head?: string | undefined;
  /** JSON file for the summary with all networks that were tried. */
  readonly frontier?: string | undefined;
  /** Most time-steps. Default 4. */
  readonly steps?: number | undefined;
  /** Levels that spikes may have, or `any` of them. Default `base-2`. */
  readonly ladder?: LadderName | 'any' | undefined;
  /** Folder of the journal; the same settings go on there. Default: `runs/tune-<name>-<settings>`. */
  readonly folder?: string | undefined;
  /** Threads of ONNX Runtime. Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  /** Stops the job so that it can go on another time. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TuningProgress) => void) | undefined;
}

/** The end of a tuning in its folder; one that was stopped goes on with the same settings. */
export type TuneEnd = { readonly folder: string } & (
  | {
      readonly finished: true;
      readonly tuned: Tuned;
      /** The network that serves the goal, as the other jobs take it. */
      readonly network: Network;
      /** Path of the report, if one could be drawn. */
      readonly report: string | undefined;
      /** What `frontier` holds. */
      readonly summary: TuningSummary;
    }
  | { readonly finished: false }
);

/** What a tuning found, for files. */
export interface TuningSummary {
  readonly goal: TuningGoal;
  readonly ladder: LadderName | 'any';
  readonly output: string | undefined;
  /** Files with weights that the output depends on, relative to its folder. */
  readonly refersTo: readonly string[];
  readonly report: string | undefined;
  /** Whether the goal was reached. */
  readonly reached: boolean;
  readonly chosen: TuningPoint;
  /** Where spiking stops paying; null if that is not known. */
  readonly pays: PayingRange | null;
  readonly points: readonly TuningPoint[];
}

/**
 * Tunes an opened network and leaves `frontier.json` and a report in the folder of its journal. The preprocessing of pictures
 * is kept in the spiking model, which is written where `output` says so.
 *
 * @throws UsageError if the network spikes already, the goal is out of range, an output cannot be written, or the folder holds
 * another tuning; ConversionError if it cannot be
 * converted; DataError if the images cannot be used
 *
 * @example
 * ```ts
 * import { openNetwork, tuneNetwork } from 'transpike';
 *
 * const goal = { kind: 'energy', ecmtRatio: 0.5 };
 * const settings = { goal, steps: 1, calibration: 'x.npy', folder: 'runs/tuning' };
 * const end = await tuneNetwork(await openNetwork('vit/'), settings);
 * console.log(end.finished && end.network.spiking); // true
 * ```
 */
export async function tuneNetwork(opened: Network, settings: TuneSettings): Promise<TuneEnd> {
  const { goal, steps = defaultSteps, ladder = 'base-2', signal } = settings;
  requireSource(opened);
  checkGoal(goal, settings);
  requireData(opened, settings);
  await requireOutputs(opened, settings);
  const head = await readDetectionHead(settings.head);
  const { model, task: wanted } = await measuredNetwork(opened.model, {
    task: settings.task,
    output: settings.measuredOutput,
    head,
  });
  const task = await taskOf(model, wanted);
  const network = { ...opened, model };
  const ladders = ladderFamilies
    .map(({ name }) => name)
    .filter((name) => ladder === 'any' || name === ladder);
  const { calibration, verification } = await openTuningInputs(network, task, settings);
  const identity = { ...decisiveSettings(network, settings, steps, ladders), head };
  const folder = settings.folder ?? (await defaultRunFolder(`tune-${network.name}`, identity));
  const onSkipped = tellLeftOut(settings);
  return withFolderLock(folder, async () => {
    const journal = await openJournal(folder, identity, settings);
    const queue = await openQueue(settings);
    const { bytes } = workerBytes(network.model);
    const queued = { title: `tuning of ${network.name}`, name: resolve(folder), bytes, signal };
    const tuned = await tune(network.model, {
      goal,
      task,
      steps,
      ladders,
      calibration: () => calibration.batches(undefined, onSkipped),
      ...(verification && { verification: () => verification.batches(undefined, onSkipped) }),
      journal,
      threads: settings.threads ?? availableParallelism(),
      source: network.fingerprint,
      ...(signal && { signal }),
      elsewhere: queue?.comparing(queued),
      onProgress: (progress) =>
        settings.onProgress?.({ ...progress, ...(queue && { workers: queue.describe() }) }),
    }).finally(() => queue?.close());
    if (!tuned) return { folder, finished: false };
    return finish(folder, derivedNetwork(network, tuned.model), tuned, settings);
  });
}

/** Leaves the files of a finished tuning. */
async function finish(
  folder: string,
  network: Network,
  tuned: Tuned,
  settings: TuneSettings,
): Promise<TuneEnd> {
  const { goal, ladder = 'base-2', output, bundle, frontier } = settings;
  const { point: chosen, reached, points } = tuned;
  await writeFrontier(folder, points, ladder);
  const report = await reportRun(folder, network, settings);
  const pays = payingRange(tuned.frontier) ?? null;
  const written = output === undefined ? undefined : await writeOnnx(tuned.model, output, { bundle });
  const refersTo = written?.refersTo ?? [];
  const summary = { goal, ladder, output, refersTo, report, reached, chosen, pays, points };
  if (frontier !== undefined) await writeAtomically(frontier, `${JSON.stringify(summary, null, 2)}\n`);
  return { folder, finished: true, tuned, network, report, summary };
}

/** Without data of its own, part of the calibration images is measured on. */
function requireData({ path }: Network, settings: TuneSettings): void {
  if (settings.data !== undefined) return;
  refuseIdle(path, settings, ['limit', 'split'], {
    because: 'where nothing but calibration data is measured on',
    remedy: 'Give data to measure on, or calibrationLimit and calibrationSplit',
  });
}

async function requireOutputs(network: Network, settings: TuneSettings): Promise<void> {
  const { output, frontier, force, calibration, data, labels } = settings;
  const guard = { inputs: inputsOf(network, calibration, data, labels), force };
  if (output !== undefined) await requireWritable(output, { ...guard, kind: 'onnx' });
  if (frontier !== undefined) await requireWritable(frontier, { ...guard, kind: 'json' });
}

/** Everything that decides what is found. */
function decisiveSettings(
  network: Network,
  settings: TuneSettings,
  steps: number,
  ladders: readonly LadderName[],
): RunSettings {
  const { calibration, calibrationLimit, calibrationSplit, data, labels, split, limit } = settings;
  const { batchSize, strict } = settings;
  // A goal decides what is measured, not what a measurement means: goals share a journal.
  return {
    model: network.path,
    fingerprint: network.fingerprint,
    calibrate: absoluteDataPath(calibration),
    data: data === undefined ? undefined : absoluteDataPath(data),
    steps,
    labels,
    task: settings.task,
    measuredOutput: settings.measuredOutput,
    split,
    limit,
    calibrationLimit,
    calibrationSplit,
    batch: batchSize,
    strict: strict || undefined,
    ladders,
  };
}

async function openJournal(
  folder: string,
  identity: RunSettings,
  settings: TuneSettings,
): Promise<TuningJournal> {
  const journal = await TuningJournal.open(folder, identity);
  tellLostLines(join(folder, runFileName('tuning')), journal.lost, settings);
  const { points, sensitivities } = journal;
  if (sensitivities.size > 0) {
    const known = `${sensitivities.size} sites and ${points.length} networks are known`;
    settings.onNotice?.({ kind: 'resumed', message: `going on in ${folder}: ${known}` });
  }
  return journal;
}
