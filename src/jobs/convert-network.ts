import { availableParallelism } from 'node:os';
import type { Conversion } from '../conversion/conversion-pipeline.ts';
import { convert } from '../conversion/convert.ts';
import type { Method } from '../methods/define-method.ts';
import { methodNamed } from '../methods/methods.ts';
import type { Inputs } from '../opening/open-inputs.ts';
import { derivedNetwork, type Network } from '../opening/open-network.ts';
import { type CalibrationSettings, openCalibration } from './calibration-inputs.ts';
import type { JobListener } from './notice.ts';
import { readThresholds } from './read-thresholds.ts';
import { requireSource } from './require-source.ts';
import { tellLeftOut } from './tell-left-out.ts';

/** Time-steps that networks are converted for when nothing else is said. */
export const defaultSteps = 4;

/** How to convert a network. Needs calibration images or thresholds. */
export interface ConvertSettings extends Partial<CalibrationSettings>, JobListener {
  /** The method or its name. Default `ecmt`. */
  readonly method?: Method | string | undefined;
  /** Name of the preset; default: the method's. */
  readonly preset?: string | undefined;
  /** Time-steps T that the thresholds are chosen for, and the model is set to. Default 4. */
  readonly steps?: number | undefined;
  /** JSON file of thresholds to import instead of calibrating. */
  readonly thresholds?: string | undefined;
  /** Threads of ONNX Runtime. Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  /** Stops before the next batch: the job then throws the reason of the abortion. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined;
}

/** How far a conversion has come. */
export interface ConvertProgress {
  readonly stage: string;
  /** Calibration images so far, and of all; 0 of 0 where thresholds are imported. */
  readonly done: number;
  readonly total: number;
}

/** A spiking network and how it came about. */
export interface ConvertedNetwork extends Conversion {
  /** The model with the name, the preprocessing and so on of its source, as the other jobs take it. */
  readonly network: Network;
}

/**
 * Converts an opened network. The preprocessing of pictures is kept in the spiking model.
 *
 * @throws ConversionError if the network cannot be converted; UsageError if it spikes already, or there is neither
 * calibration data nor thresholds; DataError or FormatError if these cannot be read
 *
 * @example
 * ```ts
 * import { convertNetwork, openNetwork } from 'transpike';
 *
 * const source = await openNetwork('vit/');
 * const { network, record } = await convertNetwork(source, { calibrate: 'x.npy', steps: 2 });
 * console.log(network.spiking, record.sites.length); // true 16
 * ```
 */
export async function convertNetwork(network: Network, settings: ConvertSettings): Promise<ConvertedNetwork> {
  requireSource(network);
  const { calibrate, preset, method = 'ecmt', steps = defaultSteps, signal, onProgress } = settings;
  const inputs =
    calibrate === undefined ? undefined : await openCalibration(network, { ...settings, calibrate });
  const total = inputs?.dataset.size ?? 0;
  let done = 0;
  onProgress?.({ stage: 'calibrating', done, total });
  const conversion = await convert(network.model, {
    method: typeof method === 'string' ? methodNamed(method) : method,
    steps,
    source: network.fingerprint,
    threads: settings.threads ?? availableParallelism(),
    ...(preset !== undefined && { preset }),
    ...(inputs && calibrationFrom(inputs, settings)),
    ...(settings.thresholds !== undefined && { thresholds: await readThresholds(settings.thresholds) }),
    onProgress: (stage, images) => {
      signal?.throwIfAborted();
      done = Math.max(done, images);
      onProgress?.({ stage, done, total });
    },
  });
  return { ...conversion, network: derivedNetwork(network, conversion.model) };
}

function calibrationFrom(inputs: Inputs, listener: JobListener) {
  const onSkipped = tellLeftOut(listener);
  return {
    calibration: () => inputs.batches(undefined, onSkipped),
    batchSize: Math.min(inputs.batchSize, inputs.dataset.size),
  };
}
