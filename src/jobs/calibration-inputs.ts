import { type Inputs, openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';

/** Images for thresholds, and how they are read. */
export interface CalibrationSettings {
  /** Images to choose the thresholds on: a path or an address, as for {@link openInputs}. */
  readonly calibrate: string;
  /** Most images to use, evenly spread over the data. Default 64; all of an .npy stack, which was put together for it. */
  readonly calibrationLimit?: number | undefined;
  /** Classes of the images, where files are named by synset; they are not needed. */
  readonly labels?: string | undefined;
  /** Part of the data, where there are several. */
  readonly split?: string | undefined;
  /** Images a batch. Default 8, or what an .npy stack [batches, B, …] has. */
  readonly batch?: number | undefined;
  /** Whether an image that cannot be read is an error. Default false: it is left out. */
  readonly strict?: boolean | undefined;
}

/** Calibration images used when nothing else is said. */
export const defaultCalibrationLimit = 64;

/** Opens calibration images as inputs of a network. */
export function openCalibration(network: Network, settings: CalibrationSettings): Promise<Inputs> {
  const { calibrate, calibrationLimit, labels, split, batch, strict = false } = settings;
  const fallback = calibrate.endsWith('.npy') ? undefined : defaultCalibrationLimit;
  return openInputs(network, calibrate, {
    labels,
    split,
    limit: calibrationLimit ?? fallback,
    needsLabels: false,
    batchSize: batch,
    strict,
  });
}
