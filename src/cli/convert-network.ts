import { readFile } from 'node:fs/promises';
import { type Conversion, convert } from '../conversion/convert.ts';
import { FormatError, messageOf } from '../errors.ts';
import { methodNamed } from '../methods/methods.ts';
import { openInputs } from '../opening/open-inputs.ts';
import { keepPreprocess, type Network } from '../opening/open-network.ts';
import { cores } from './options.ts';
import { showProgress } from './progress.ts';
import { requireSource } from './require-source.ts';

/** Calibration images used when nothing else is said. */
export const defaultCalibrationLimit = 64;

/** Time-steps that networks are converted for when nothing else is said. */
export const defaultSteps = 4;

/** What the command line knows about a conversion. */
export interface ConvertSettings {
  readonly method: string;
  readonly preset?: string;
  readonly steps: number;
  readonly calibrate?: string;
  readonly thresholds?: string;
  readonly calibrationLimit?: number;
  readonly labels?: string;
  readonly split?: string;
  readonly batch?: number;
  readonly strict?: boolean;
}

/** Converts an opened network, showing progress; the preprocessing of pictures is kept in the spiking model. */
export async function convertNetwork(network: Network, settings: ConvertSettings): Promise<Conversion> {
  requireSource(network);
  const { method, preset, steps } = settings;
  const inputs =
    settings.calibrate === undefined
      ? undefined
      : await calibrationInputs(network, settings, settings.calibrate);
  let seen = 0;
  const progress = showProgress('calibrating', inputs?.dataset.size ?? 0, 'images');
  try {
    const conversion = await convert(network.model, {
      method: methodNamed(method),
      steps,
      source: network.fingerprint,
      threads: cores,
      ...(preset !== undefined && { preset }),
      ...(inputs && {
        calibration: () => inputs.batches(undefined, reportSkipped()),
        batchSize: Math.min(inputs.batchSize, inputs.dataset.size),
      }),
      ...(settings.thresholds !== undefined && { thresholds: await readThresholds(settings.thresholds) }),
      onProgress: (stage, images) => {
        seen = Math.max(seen, images);
        progress.update(seen, stage === 'calibrating' ? '' : `(${stage})`);
      },
    });
    if (network.preprocess) keepPreprocess(conversion.model, network.preprocess);
    return conversion;
  } finally {
    progress.stop();
  }
}

async function calibrationInputs(network: Network, settings: ConvertSettings, path: string) {
  const { labels, split, batch, strict } = settings;
  const isStack = path.endsWith('.npy');
  // A stack was put together for calibration; of a data set, a few images are enough.
  const limit = settings.calibrationLimit ?? (isStack ? undefined : defaultCalibrationLimit);
  return openInputs(network, path, {
    labels,
    split,
    limit,
    needsLabels: false,
    batchSize: batch,
    strict: strict ?? false,
  });
}

/** Tells each image once, however often the data is read. */
const reported = new Set<string>();

function reportSkipped() {
  return (id: string, reason: string) => {
    if (reported.has(id)) return;
    reported.add(id);
    console.error(`warning: left out '${id}': ${reason}`);
  };
}

async function readThresholds(path: string) {
  try {
    return { json: JSON.parse(await readFile(path, 'utf8')) as unknown, where: path };
  } catch (error) {
    throw new FormatError(
      {
        where: path,
        expected: 'a JSON list of thresholds',
        got: messageOf(error),
        remedy: 'Check the path and the file',
      },
      { cause: error },
    );
  }
}
