import type { Inputs } from '../opening/inputs.ts';
import { openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';
import type { TaskName } from '../tasks/tasks.ts';
import { type CalibrationSettings, openCalibration } from './calibration-inputs.ts';
import type { JobListener } from './notice.ts';
import { tellTokens } from './tell-tokens.ts';

/** Images that a tuning chooses and measures on. */
export interface TuningDataSettings extends CalibrationSettings, JobListener {
  /** Images to measure on. Default: every other calibration batch is held out for that. */
  readonly data?: string | undefined;
  /** Classes of the images that are measured on, or targets, as for {@link EvaluateSettings.labels}; without them only likeness is. */
  readonly labels?: string | undefined;
  /** Part of the data to measure on, where there are several. */
  readonly split?: string | undefined;
  /** Most images of the data to measure on, evenly spread. Default: all. */
  readonly limit?: number | undefined;
}

/** Images of a tuning as inputs of its network. */
interface TuningInputs {
  readonly calibration: Inputs;
  /** Images to measure on; absent where part of the calibration images serves for that. */
  readonly verification?: Inputs | undefined;
}

/** Opens the images of a tuning. Texts have rows of one length in both, since energies hold for one length. */
export async function openTuningInputs(
  network: Network,
  task: TaskName,
  settings: TuningDataSettings,
): Promise<TuningInputs> {
  const opened = await open(network, task, settings);
  const lengths = [opened.calibration, opened.verification].flatMap((each) => each?.tokens?.length ?? []);
  const padTo = Math.max(0, ...lengths);
  const even = lengths.every((length) => length === padTo)
    ? opened
    : await open(network, task, settings, padTo);
  tellTokens(even.calibration, settings);
  if (even.verification) tellTokens(even.verification, settings);
  return even;
}

async function open(
  network: Network,
  task: TaskName,
  settings: TuningDataSettings,
  padTo?: number,
): Promise<TuningInputs> {
  const { data, labels, split, limit, batchSize, strict = false } = settings;
  const right = task === 'classification' ? { labels } : { targets: labels };
  const quietly = { ...settings, onNotice: undefined };
  const calibration = await openCalibration(network, quietly, {
    ...(data === undefined && right),
    padTo,
  });
  if (data === undefined) return { calibration };
  const options = { ...right, split, limit, batchSize, strict, needsLabels: false, padTo };
  return { calibration, verification: await openInputs(network, data, options) };
}
