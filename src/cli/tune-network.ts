import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import { openInputs } from '../opening/open-inputs.ts';
import { keepPreprocess, type Network } from '../opening/open-network.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import type { LadderName } from '../tuning/ladders/ladder-families.ts';
import type { TuningGoal } from '../tuning/search/tuning-goal.ts';
import { TuningJournal } from '../tuning/search/tuning-journal.ts';
import { ratioOf } from '../tuning/search/tuning-point.ts';
import { type Tuned, tune } from '../tuning/tune.ts';
import { defaultCalibrationLimit } from './convert-network.ts';
import { cores } from './options.ts';
import { type Progress, showProgress } from './progress.ts';
import { requireSource } from './require-source.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';

/** What the command line knows about a tuning. */
export interface TuneSettings {
  readonly calibrate: string;
  readonly data?: string;
  readonly labels?: string;
  readonly split?: string;
  readonly calibrationLimit?: number;
  readonly limit?: number;
  readonly batch?: number;
  readonly strict?: boolean;
  readonly steps: number;
  readonly ladders: readonly LadderName[];
  readonly goal: TuningGoal;
  readonly run?: string;
}

/** Tunes an opened network with progress; the first Ctrl-C stops it so that it can be continued. */
export async function tuneNetwork(
  network: Network,
  settings: TuneSettings,
): Promise<{ readonly folder: string; readonly tuned: Tuned | undefined }> {
  requireSource(network);
  const { calibrate, data, labels, split, batch, strict = false, steps, ladders, goal } = settings;
  const open = (path: string, limit: number | undefined) =>
    openInputs(network, path, { labels, split, limit, batchSize: batch, strict, needsLabels: false });
  const calibration = await open(calibrate, settings.calibrationLimit ?? defaultCalibrationLimit);
  const verification = data === undefined ? undefined : await open(data, settings.limit);
  const journal = await openJournal(network, settings);
  const interruption = stopOnInterrupt('the network under way');
  const progress = new TuningDisplay();
  try {
    const tuned = await tune(network.model, {
      goal,
      steps,
      ladders,
      calibration: () => calibration.batches(),
      ...(verification && { verification: () => verification.batches() }),
      journal,
      threads: cores,
      source: network.fingerprint,
      signal: interruption.signal,
      onProgress: ({ stage, done, total, frontier }) => progress.show(stage, done, total, frontier),
    });
    if (tuned && network.preprocess) keepPreprocess(tuned.model, network.preprocess);
    return { folder: journal.folder, tuned };
  } finally {
    progress.stop();
    interruption.end();
  }
}

async function openJournal(network: Network, settings: TuneSettings): Promise<TuningJournal> {
  const { run, goal, calibrate, data, ...rest } = settings;
  // A goal decides what is measured, not what a measurement means: goals share a journal.
  const decisive = {
    model: network.path,
    fingerprint: network.fingerprint,
    calibrate: absoluteDataPath(calibrate),
    ...(data !== undefined && { data: absoluteDataPath(data) }),
    ...rest,
  };
  const hash = createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 8);
  const journal = await TuningJournal.open(run ?? join('runs', `tune-${network.name}-${hash}`), decisive);
  const { points, sensitivities, folder } = journal;
  if (sensitivities.size > 0) {
    console.error(
      `going on in ${folder}: ${sensitivities.size} sites and ${points.length} networks are known`,
    );
  }
  return journal;
}

/** One bar for each stage, with the best network so far. */
class TuningDisplay {
  #stage = '';
  #progress: Progress | undefined;

  show(stage: string, done: number, total: number, frontier: readonly TuningPoint[]): void {
    if (stage !== this.#stage) {
      this.stop();
      this.#stage = stage;
      this.#progress = showProgress(
        stage === 'sensitivities' ? 'how much each site matters' : 'trying networks',
        total,
        stage === 'sensitivities' ? 'sites' : 'networks',
      );
    }
    this.#progress!.update(done, describe(frontier));
  }

  stop(): void {
    this.#progress?.stop();
  }
}

function describe(frontier: readonly TuningPoint[]): string {
  const shown = frontier.slice(-3).map((point) => {
    const agreement = (100 * point.measured.agreement).toFixed(0);
    return `${agreement} % agree at ${ratioOf(point).toFixed(2)}`;
  });
  return shown.length === 0 ? '' : `(so far ${shown.join(', ')})`;
}
