import type { InputOptions, Inputs } from '../opening/inputs.ts';
import { isArrays } from '../opening/named-files.ts';
import { openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';
import type { JobListener } from './notice.ts';
import { tellTokens } from './tell-tokens.ts';

/** Images for thresholds, and how they are read. */
export interface CalibrationSettings {
  /** Images to choose the thresholds on: a path or an address, as for {@link openInputs}. */
  readonly calibration: string;
  /** Most images to use, evenly spread over the data. Default 64; all of an .npy stack, which was put together for it. */
  readonly calibrationLimit?: number | undefined;
  /** Part of the calibration data, where there are several. Default: the training part, else the one that is measured on. */
  readonly calibrationSplit?: string | undefined;
  /** Images a batch. Default 8, or what an .npy stack [batches, B, …] has. */
  readonly batchSize?: number | undefined;
  /** Whether an image that cannot be read is an error. Default false: it is left out. */
  readonly strict?: boolean | undefined;
}

/** Calibration images used when nothing else is said. */
export const defaultCalibrationLimit = 64;

/**
 * Opens calibration images as inputs of a network.
 *
 * @param right classes of the images or targets, where some of them are measured on, which thresholds do not need; and the tokens that
 * rows of texts have at least
 */
export async function openCalibration(
  network: Network,
  settings: CalibrationSettings & JobListener,
  right: Pick<InputOptions, 'labels' | 'targets' | 'padTo'> = {},
): Promise<Inputs> {
  const { calibration, calibrationLimit, calibrationSplit, batchSize, strict = false } = settings;
  const fallback = isArrays(calibration) ? undefined : defaultCalibrationLimit;
  const inputs = await openInputs(network, calibration, {
    ...right,
    split: calibrationSplit,
    purpose: 'calibration',
    limit: calibrationLimit ?? fallback,
    needsLabels: false,
    batchSize,
    strict,
  });
  tellTokens(inputs, settings);
  return inputs;
}
