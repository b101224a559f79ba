import { availableParallelism } from 'node:os';
import type { Conversion } from '../conversion/conversion-pipeline.ts';
import { convert } from '../conversion/convert.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { shortenWindows } from '../finetuning/windows/shorten-windows.ts';
import type { Model } from '../graph/model.ts';
import type { Method } from '../methods/define-method.ts';
import { methodNamed } from '../methods/methods.ts';
import type { Inputs } from '../opening/inputs.ts';
import { derivedNetwork, type Network } from '../opening/open-network.ts';
import type { Bits } from '../quantisation/choose-weights.ts';
import type { RoundingName } from '../quantisers/roundings/roundings.ts';
import { type CalibrationSettings, openCalibration } from './calibration-inputs.ts';
import type { JobListener } from './notice.ts';
import { readThresholds } from './read-thresholds.ts';
import { readWeightBits } from './read-weight-bits.ts';
import { refuseIdle } from './refuse-idle.ts';
import { requireSource } from './require-source.ts';
import { inputsOf, type ModelOutputSettings, requireWritable } from './require-writable.ts';
import { tellLeftOut } from './tell-left-out.ts';

/** Time-steps that networks are converted for when nothing else is said. */
export const defaultSteps = 4;

/** How to convert a network. Needs calibration images or thresholds. */
export interface ConvertSettings extends Partial<CalibrationSettings>, ModelOutputSettings, JobListener {
  /** The method or its name. Default `ecmt`. */
  readonly method?: Method | string | undefined;
  /** Name of the preset; default: the method's. */
  readonly preset?: string | undefined;
  /** Time-steps T that the thresholds are chosen for, and the model is set to. Default 4. */
  readonly steps?: number | undefined;
  /** JSON file of thresholds to import instead of calibrating. */
  readonly thresholds?: string | undefined;
  /**
   * Bits of the weights of the spiking network, 2…8, or `source` for the source network's weights; or a JSON file
   * `{"bits": 4, "operators": {"name": 8}}`. Default `source`.
   */
  readonly weightBits?: Bits | string | undefined;
  /**
   * Slots that a run of neurons that spike once may last: windows are shortened where the calibration data lose least. Default: all windows
   * have T slots.
   */
  readonly latency?: number | undefined;
  /** How weights are rounded to these bits. Default `nearest`. */
  readonly rounding?: RoundingName | undefined;
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
  /** Files with weights that the written file depends on, relative to its folder. */
  readonly refersTo: readonly string[];
}

/**
 * Converts an opened network, and writes the spiking model where `output` says so. The preprocessing of pictures is kept in it.
 *
 * @throws ConversionError if the network cannot be converted; UsageError if it spikes already, there is not one of
 * calibration data and thresholds, or the output cannot be written; DataError or FormatError if data cannot be read
 *
 * @example
 * ```ts
 * import { convertNetwork, openNetwork } from 'transpike';
 *
 * const source = await openNetwork('vit/');
 * const { network, record } = await convertNetwork(source, { calibration: 'x.npy', steps: 2 });
 * console.log(network.spiking, record.sites.length); // true 16
 * ```
 */
export async function convertNetwork(network: Network, settings: ConvertSettings): Promise<ConvertedNetwork> {
  requireSource(network);
  requireOneOrigin(network, settings);
  await requireOutput(network, settings);
  const { calibration, preset, method = 'ecmt', steps = defaultSteps, signal, onProgress } = settings;
  const weights = await readWeightBits(settings.weightBits, settings.rounding);
  const inputs =
    calibration === undefined ? undefined : await openCalibration(network, { ...settings, calibration });
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
    ...(weights && { weights }),
    onProgress: (stage, images) => {
      signal?.throwIfAborted();
      done = Math.max(done, images);
      onProgress?.({ stage, done, total });
    },
  });
  const model = inputs ? await shortened(conversion.model, inputs, settings) : conversion.model;
  const { output, bundle } = settings;
  // What the network brings along is in the model before that is written.
  const derived = derivedNetwork(network, model);
  const written = output === undefined ? undefined : await writeOnnx(model, output, { bundle });
  return {
    ...conversion,
    model,
    network: derived,
    refersTo: written?.refersTo ?? [],
  };
}

/** With windows as short as the latency asks for. */
async function shortened(model: Model, inputs: Inputs, settings: ConvertSettings): Promise<Model> {
  const { latency, steps = defaultSteps, threads = availableParallelism(), signal, onProgress } = settings;
  if (latency === undefined) return model;
  const total = inputs.dataset.size;
  const options = {
    steps,
    latency,
    threads,
    onShortened: (slots: number) => {
      signal?.throwIfAborted();
      onProgress?.({ stage: `shortening windows, ${slots} slots`, done: total, total });
    },
  };
  const end = await shortenWindows(model, () => inputs.batches(undefined), options);
  return end.model;
}

/** Imported thresholds leave nothing to calibrate. */
function requireOneOrigin({ path }: Network, settings: ConvertSettings): void {
  const { thresholds } = settings;
  const calibrating = [
    'latency',
    'calibration',
    'calibrationLimit',
    'calibrationSplit',
    'batchSize',
    'strict',
  ] as const;
  if (thresholds === undefined) return;
  refuseIdle(path, settings, calibrating, { because: `beside thresholds, which '${thresholds}' gives` });
}

async function requireOutput(network: Network, settings: ConvertSettings): Promise<void> {
  const { output, force, calibration, thresholds } = settings;
  if (output === undefined) return;
  await requireWritable(output, { inputs: inputsOf(network, calibration, thresholds), kind: 'onnx', force });
}

function calibrationFrom(inputs: Inputs, listener: JobListener) {
  const onSkipped = tellLeftOut(listener);
  return {
    calibration: () => inputs.batches(undefined, onSkipped),
    batchSize: Math.min(inputs.batchSize, inputs.dataset.size),
  };
}
