import { scaledValues } from '../analysis/kept-scales.ts';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import { type ImportedThreshold, importThresholds } from '../calibration/import-thresholds.ts';
import { UsageError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import type { Method, Preset, SiteCalibration } from '../methods/define-method.ts';
import { presetOf } from '../methods/methods.ts';
import { roundToScales } from '../passes/round-to-scales.ts';
import type { WeightChoice } from '../quantisation/choose-weights.ts';
import type { CalibrationBatches } from '../sessions/observe-sites.ts';
import { sampleBatch } from '../sessions/sample-inputs.ts';
import { checkSteps } from '../spiking/check-steps.ts';
import { type Conversion, ConversionPipeline } from './conversion-pipeline.ts';
import { firstBatch, withLengthsOfData } from './lengths-of-data.ts';

/** What to convert with. */
export interface ConvertOptions {
  readonly method: Method;
  /** Name of the preset; default: the method's. */
  readonly preset?: string;
  /** Number of time-steps T the thresholds are chosen for, and the model is set to. */
  readonly steps: number;
  /** Calibration inputs; needed unless thresholds are given. */
  readonly calibration?: CalibrationBatches;
  /** Largest calibration batch. Default 8. */
  readonly batchSize?: number;
  /** Thresholds to import instead of calibrating, with the file they come from. */
  readonly thresholds?: { readonly json: unknown; readonly where: string };
  /** In how many bits the spiking network has its weights. Default: the source network's weights. */
  readonly weights?: WeightChoice | undefined;
  /** Threads of ONNX Runtime. Default 1. */
  readonly threads?: number;
  /** Identity of the source model (a hash, a path), kept in the model's metadata. */
  readonly source?: string;
  /** Told what is going on: stage and calibration images so far. */
  readonly onProgress?: (stage: string, images: number) => void;
}

/**
 * Converts a trained network into a spiking one: clean-up passes, placement of the sites, calibration of each
 * site's neuron, and a parity check. The given model is not changed.
 *
 * @throws ConversionError if the network cannot be converted (all obstacles listed), has no site, gives activations
 * that are not finite, or fails the parity check
 * @throws UsageError if there is neither calibration data nor thresholds, or T < 1
 */
export async function convert(source: Model, options: ConvertOptions): Promise<Conversion> {
  const { method, calibration, thresholds, onProgress } = options;
  const steps = checkSteps(options.steps);
  const { name, preset } = presetOf(method, options.preset ?? (thresholds && method.importPreset));
  const preparation = { ...method, place: preset.place ?? method.place };
  const prepared = await ConversionPipeline.prepare(
    await withLengthsOfData(source, calibration),
    preparation,
    options.threads,
  );
  const pipeline = preset.needsScales ? await onScales(prepared, method, name, options.threads) : prepared;
  const placed = thresholds
    ? imported(pipeline.sites, importThresholds(thresholds.json, pipeline.sites, thresholds.where), preset)
    : await calibrate(pipeline, preset, steps, options);
  const spiking = await withWeights(pipeline, pipeline.place(placed, steps), options);
  onProgress?.('parity check', 0);
  const batch = (await firstBatch(calibration)) ?? sampleBatch(pipeline.source);
  return pipeline.finish(spiking, batch, {
    method: method.name,
    preset: name,
    steps,
    calibration: thresholds ? `imported from ${thresholds.where}` : 'activations',
    source: options.source,
    relativeErrors: new Map(placed.map(({ name, relativeError }) => [name, relativeError])),
  });
}

/**
 * Prepares a quantised network once more as it is where no neurons stand: rounded to its steps.
 *
 * @throws UsageError if no site of it was quantised
 */
async function onScales(
  { source, sites }: ConversionPipeline,
  method: Method,
  preset: string,
  threads: number | undefined,
): Promise<ConversionPipeline> {
  const carried = new Set(scaledValues(source, sites).values());
  if (carried.size === 0) {
    throw new UsageError({
      where: `preset '${preset}' of method '${method.name}'`,
      expected: 'a network quantised by QuantizeLinear and DequantizeLinear, whose scales become thresholds',
      got: `one with no scale at any of its ${sites.length} spike sites`,
      remedy: `Take the preset ${method.defaultPreset}, or give the quantised network`,
      means: ['preset'],
    });
  }
  const rounded = source.clone();
  roundToScales(rounded, carried);
  return ConversionPipeline.prepare(rounded, method, threads);
}

/** A site with the neurons that calibration has chosen for it. */
type CalibratedSite = SpikeSite & ReturnType<SiteCalibration['finish']>;

/** The spiking network with weights in the bits that were asked for. */
async function withWeights(
  pipeline: ConversionPipeline,
  spiking: Model,
  { weights, calibration, batchSize = 8, threads = 1, onProgress }: ConvertOptions,
): Promise<Model> {
  if (!weights) return spiking;
  onProgress?.('rounding weights', 0);
  return pipeline.inFewBits(spiking, weights, calibration, { threads, batchSize });
}

function imported(
  sites: readonly SpikeSite[],
  thresholds: ReadonlyMap<string, ImportedThreshold>,
  preset: Preset,
): CalibratedSite[] {
  return sites.map((site) => ({
    ...site,
    ...preset.fromThresholds(lookUp(thresholds, site.name, 'thresholds of site')),
  }));
}

/** Lets the preset's observers see the calibration images and then choose the neurons. */
async function calibrate(
  pipeline: ConversionPipeline,
  preset: Preset,
  steps: number,
  { calibration, batchSize = 8, threads = 1, onProgress }: ConvertOptions,
): Promise<CalibratedSite[]> {
  if (!calibration) {
    throw new UsageError({
      where: 'convert',
      expected: 'calibration data or thresholds',
      got: 'neither',
      remedy: 'Give the option calibration or thresholds',
      means: ['calibration', 'thresholds'],
    });
  }
  const together = preset.calibrateTogether?.(pipeline.sites, steps);
  const calibrated = pipeline.sites.map((site, i) => ({
    site,
    calibration: together?.[i] ?? preset.calibrate(site, steps),
  }));
  const observers = new Map(calibrated.map(({ site, calibration }) => [site.name, calibration]));
  await pipeline.observe(observers, calibration, {
    threads,
    batchSize,
    onBatch: ({ images }) => onProgress?.('calibrating', images),
  });
  onProgress?.('choosing thresholds', 0);
  return calibrated.map(({ site, calibration }) => ({ ...site, ...calibration.finish() }));
}
