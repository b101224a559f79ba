import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { withFolderLock } from '../files/folder-lock.ts';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import { openInputs } from '../opening/open-inputs.ts';
import { derivedNetwork, type Network } from '../opening/open-network.ts';
import type { RunSettings } from '../results/run-settings.ts';
import { runFileName } from '../runs/run-folder.ts';
import { type LadderName, ladderFamilies } from '../tuning/ladders/ladder-families.ts';
import type { TuningGoal } from '../tuning/search/tuning-goal.ts';
import { TuningJournal } from '../tuning/search/tuning-journal.ts';
import { type Tuned, type TuningProgress, tune } from '../tuning/tune.ts';
import { type CalibrationSettings, openCalibration } from './calibration-inputs.ts';
import { defaultSteps } from './convert-network.ts';
import { defaultRunFolder } from './default-run-folder.ts';
import type { JobListener } from './notice.ts';
import { reportRun } from './report-run.ts';
import { requireSource } from './require-source.ts';
import { tellLeftOut } from './tell-left-out.ts';
import { tellLostLines } from './tell-lost-lines.ts';
import { writeFrontier } from './write-frontier.ts';

/** How to tune a network. */
export interface TuneSettings extends CalibrationSettings, JobListener {
  readonly goal: TuningGoal;
  /** Images to measure on. Default: every other calibration batch is held out for that. */
  readonly data?: string | undefined;
  /** Most images to measure on, evenly spread over the data. Default: all. */
  readonly limit?: number | undefined;
  /** Most time-steps. Default 4. */
  readonly steps?: number | undefined;
  /** Levels that spikes may have, or `any` of them. Default `base-2`. */
  readonly ladder?: LadderName | 'any' | undefined;
  /** Folder of the journal; the same settings go on there. Default: `runs/tune-<name>-<settings>`. */
  readonly run?: string | undefined;
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
    }
  | { readonly finished: false }
);

/**
 * Tunes an opened network and leaves `frontier.json` and a report in the folder of its journal. The preprocessing of pictures
 * is kept in the spiking model.
 *
 * @throws UsageError if the network spikes already, or the folder holds another tuning; ConversionError if it cannot be
 * converted; DataError if the images cannot be used
 *
 * @example
 * ```ts
 * import { openNetwork, tuneNetwork } from 'transpike';
 *
 * const goal = { kind: 'energy', ecmtRatio: 0.5 };
 * const settings = { goal, steps: 1, calibrate: 'x.npy', run: 'runs/tuning' };
 * const end = await tuneNetwork(await openNetwork('vit/'), settings);
 * console.log(end.finished && end.network.spiking); // true
 * ```
 */
export async function tuneNetwork(network: Network, settings: TuneSettings): Promise<TuneEnd> {
  requireSource(network);
  const { goal, steps = defaultSteps, ladder = 'base-2', signal } = settings;
  const ladders = ladderFamilies
    .map(({ name }) => name)
    .filter((name) => ladder === 'any' || name === ladder);
  const calibration = await openCalibration(network, settings);
  const verification = await openVerification(network, settings);
  const identity = decisiveSettings(network, settings, steps, ladders);
  const folder = settings.run ?? defaultRunFolder(`tune-${network.name}`, JSON.stringify(identity));
  const onSkipped = tellLeftOut(settings);
  return withFolderLock(folder, async () => {
    const journal = await openJournal(folder, identity, settings);
    const tuned = await tune(network.model, {
      goal,
      steps,
      ladders,
      calibration: () => calibration.batches(undefined, onSkipped),
      ...(verification && { verification: () => verification.batches(undefined, onSkipped) }),
      journal,
      threads: settings.threads ?? availableParallelism(),
      source: network.fingerprint,
      ...(signal && { signal }),
      onProgress: (progress) => settings.onProgress?.(progress),
    });
    if (!tuned) return { folder, finished: false };
    const found = derivedNetwork(network, tuned.model);
    await writeFrontier(folder, tuned.points, ladder);
    return {
      folder,
      finished: true,
      tuned,
      network: found,
      report: await reportRun(folder, found, settings),
    };
  });
}

async function openVerification(network: Network, settings: TuneSettings) {
  const { data, labels, split, limit, batch, strict = false } = settings;
  if (data === undefined) return undefined;
  return openInputs(network, data, { labels, split, limit, batchSize: batch, strict, needsLabels: false });
}

/** Everything that decides what is found. */
function decisiveSettings(
  network: Network,
  settings: TuneSettings,
  steps: number,
  ladders: readonly LadderName[],
): RunSettings {
  const { calibrate, data, labels, split, limit, calibrationLimit, batch, strict } = settings;
  // A goal decides what is measured, not what a measurement means: goals share a journal.
  return {
    model: network.path,
    fingerprint: network.fingerprint,
    calibrate: absoluteDataPath(calibrate),
    data: data === undefined ? undefined : absoluteDataPath(data),
    steps,
    labels,
    split,
    limit,
    calibrationLimit,
    batch,
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
