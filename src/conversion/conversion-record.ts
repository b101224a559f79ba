import { z } from 'zod';
import type { ExtensionIdentity } from '../catalogue.ts';
import type { Model } from '../graph/model.ts';
import { methodCatalogue } from '../methods/methods.ts';
import { neuronCatalogue } from '../neurons/neurons.ts';
import { type FineTuningResult, fineTuningResultSchema } from '../results/fine-tuning-result.ts';
import { correctionsIn } from '../spiking/bias-correction.ts';
import { weightBitsOf } from '../spiking/few-bit-weights.ts';
import { noteNeededExtensions } from '../spiking/needed-extensions.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { hiddenStepsOf } from '../spiking/time-axis.ts';

/** Key of the record among a model's `metadata_props`. */
const metadataKey = 'transpike';

const schema = z.object({
  format: z.literal(1),
  method: z.string(),
  preset: z.string(),
  /** T the thresholds were chosen for. */
  steps: z.int(),
  /** Steps before step 1 in which the neurons calibrate themselves; they belong to latency and energy. */
  hiddenSteps: z.int().optional(),
  /** Where the thresholds come from. */
  calibration: z.string(),
  /** What was converted. */
  source: z.string().optional(),
  /** Largest deviation of a logit from the source network with neurons that pass everything on. */
  parityDeviation: z.number(),
  /** Number of synaptic operators whose biases are corrected, if there are any. */
  correctedBiases: z.int().optional(),
  /** Fewest and most bits of weights, where they are few. */
  weightBits: z.tuple([z.int(), z.int()]).optional(),
  /** Extensions that the method and the neurons come from, if there are any. */
  extensions: z.array(z.object({ name: z.string(), version: z.string(), hash: z.string() })).optional(),
  /** How it was trained afterwards, if it was. */
  fineTuning: fineTuningResultSchema.optional(),
  sites: z.array(
    z.object({
      name: z.string(),
      neuron: z.string(),
      /** Squared error of the decoded value on the calibration data, relative to the signal. */
      relativeError: z.number().optional(),
    }),
  ),
});

/** How a spiking model came about; kept in the model. */
export type ConversionRecord = z.infer<typeof schema>;

/** What whoever chose the neurons knows of a conversion. */
export interface ConversionFacts
  extends Pick<ConversionRecord, 'method' | 'preset' | 'steps' | 'calibration'> {
  /** What was converted: a hash, a path. */
  readonly source: string | undefined;
  /** By site name. */
  readonly relativeErrors: ReadonlyMap<string, number | undefined>;
}

/** Writes the record into the model's metadata and returns it. */
export function writeConversionRecord(
  model: Model,
  { method, preset, steps, calibration, source, relativeErrors }: ConversionFacts,
  parityDeviation: number,
): ConversionRecord {
  const sites = sitesOf(model).map(({ name, neuron }) => {
    const relativeError = relativeErrors.get(name);
    return {
      name,
      neuron: neuron.name,
      ...(relativeError !== undefined && { relativeError: rounded(relativeError) }),
    };
  });
  const hiddenSteps = hiddenStepsOf(model);
  const correctedBiases = correctionsIn(model.graph).length;
  const bits = [...weightBitsOf(model.graph).values()];
  const extensions = originsOf(
    method,
    sites.map(({ neuron }) => neuron),
  );
  noteNeededExtensions(
    model,
    sites.map(({ neuron }) => neuron),
  );
  const record: ConversionRecord = {
    format: 1,
    method,
    preset,
    steps,
    calibration,
    parityDeviation,
    ...(source !== undefined && { source }),
    ...(hiddenSteps > 0 && { hiddenSteps }),
    ...(correctedBiases > 0 && { correctedBiases }),
    ...(bits.length > 0 && { weightBits: [Math.min(...bits), Math.max(...bits)] }),
    ...(extensions.length > 0 && { extensions }),
    sites,
  };
  model.metadata.set(metadataKey, JSON.stringify(record));
  model.producer = 'transpike';
  return record;
}

/** The last digits depend on the version of V8, whose exponentials are rounded otherwise. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * Adds to the record of a converted model how it was trained, and which neurons stand in it now.
 *
 * @returns the whole record; `undefined` for a model without one
 */
export function noteFineTuning(model: Model, fineTuning: FineTuningResult): ConversionRecord | undefined {
  const before = readConversionRecord(model);
  if (!before) return undefined;
  const sites = sitesOf(model).map(({ name, neuron }) => ({ name, neuron: neuron.name }));
  const record: ConversionRecord = { ...before, steps: fineTuning.steps, fineTuning, sites };
  model.metadata.set(metadataKey, JSON.stringify(record));
  return record;
}

function originsOf(method: string, neurons: readonly string[]): ExtensionIdentity[] {
  const origins = [
    methodCatalogue.originOf(method),
    ...neurons.map((name) => neuronCatalogue.originOf(name)),
  ];
  return [...new Set(origins)].flatMap((origin) => origin ?? []);
}

/** The record of a model, if it has one that this version understands. */
export function readConversionRecord(model: Model): ConversionRecord | undefined {
  const text = model.metadata.get(metadataKey);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
