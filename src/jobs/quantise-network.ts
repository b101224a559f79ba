import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../data/dataset.ts';
import { withFolderLock } from '../files/folder-lock.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { asNetworkReads } from '../finetuning/run/network-pictures.ts';
import { SourceNetwork } from '../finetuning/run/source-network.ts';
import { type QuantisedTraining, trainQuantised } from '../finetuning/run/train-quantised.ts';
import type { Model } from '../graph/model.ts';
import { derivedNetwork, type Network } from '../opening/open-network.ts';
import {
  type CalibrationInputs,
  calibrateBounds,
  calibrateStatistics,
} from '../quantisation/trained/calibrate.ts';
import { noteFewBits } from '../quantisation/trained/few-bit-record.ts';
import { type NetworkSize, networkSize, placesOfWeights } from '../quantisation/trained/network-size.ts';
import { normaliseProducts } from '../quantisation/trained/normalise-products.ts';
import { ownWeights } from '../quantisation/trained/own-weights.ts';
import {
  checkQuantising,
  type QuantisingInput,
  type QuantisingPlan,
} from '../quantisation/trained/quantising-plan.ts';
import { startForm } from '../quantisation/trained/start-form.ts';
import { writtenForm } from '../quantisation/trained/written-form.ts';
import { BatchLoader } from '../training/data/batch-loader.ts';
import { openTrainingData, type TrainingData } from '../training/data/training-data.ts';
import { checkpointName } from '../training/run/training-checkpoint.ts';
import { openFineTuningParts } from './fine-tuning-parts.ts';
import { type PictureForm, pictureForm } from './picture-form.ts';
import type { PictureTrainingSettings } from './picture-training-settings.ts';
import { requireSource } from './require-source.ts';
import { inputsOf, requireWritable } from './require-writable.ts';
import { trainingSettings } from './training-settings.ts';

/** How to train a network in few bits. */
export interface QuantiseSettings extends Partial<QuantisingInput>, PictureTrainingSettings {
  /** Folder of the run: checkpoints and loss curve. Default: `runs/<network>-w<bits>a<bits>x<widening>`. */
  readonly folder?: string | undefined;
}

/** A network in few bits and how it came about. */
export interface QuantiseEnd extends Omit<QuantisedTraining, 'network'> {
  /** In QDQ form. */
  readonly network: Network;
  readonly output: string;
  readonly folder: string;
  readonly plan: QuantisingPlan;
  /** Shares of test pictures whose class is found. */
  readonly accuracies: { readonly source: number; readonly quantised: number };
  /** What it takes, and what a network of the same bits takes that is not widened. */
  readonly size: NetworkSize;
  readonly narrow: NetworkSize;
  /** Files with weights that the written file depends on, relative to its folder. */
  readonly refersTo: readonly string[];
}

/** Pictures that bounds of activations are fitted on, at most. */
const calibrationPictures = 512;

/**
 * Trains a network of pictures with few-bit weights and activations, widened by copies of its channels and squeezed to a budget where that is
 * asked for. The result is a network of its own in QDQ form, which converts to charge-aligned neurons at T = 2^b − 1 steps.
 *
 * @throws UsageError for wrong settings, all at once, or a folder with another run; ConversionError if the network has no such
 *   form; RuntimeError if the loss is not finite or runs away
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { openNetwork, quantisation, trainNetwork } from 'transpike';
 *
 * const pictures = { train: 'glyphs:train?size=64', test: 'glyphs:test?size=32', channels: 1, mean: [0.25], std: [0.22] };
 * const recipe = { name: 'wide', network: { kind: 'mlp', widths: [8] }, data: pictures, epochs: 1, batchSize: 32 };
 * const training = { optimiser: { kind: 'adam' }, schedule: { kind: 'constant', learningRate: 0.01 } };
 * await writeFile('wide.json', JSON.stringify({ ...recipe, ...training }));
 * const source = await openNetwork((await trainNetwork('wide.json')).folder);
 *
 * const data = { data: 'glyphs:train?size=32', testData: 'glyphs:test?size=16' };
 * const settings = { ...data, bits: { weights: 1, activations: 1 }, widen: 2, epochs: 1 };
 * const { size, narrow } = await quantisation.quantiseNetwork(source, settings);
 * console.log(size.weights / narrow.weights); // 2
 * ```
 */
export async function quantiseNetwork(network: Network, settings: QuantiseSettings): Promise<QuantiseEnd> {
  const plan = await planOf(settings);
  const { force, bundle, data, testData, fresh = false, onNotice } = settings;
  const name = `${network.name}-${nameOf(plan)}`;
  const output = settings.output ?? `${name}.qdq.onnx`;
  requireSource(network);
  const inputs = inputsOf(network, data, testData, settings.recipe);
  await requireWritable(output, { inputs, kind: 'onnx', force });
  const folder = settings.folder ?? join('runs', name);
  const pictures = pictureForm(network);
  const [train, test] = await openParts(settings, pictures);
  const source = await ownWeights(network.model);
  const start = await startOf(source, plan, train, pictures);
  const resume = !fresh && existsSync(join(folder, 'stage-0', checkpointName));
  if (resume) onNotice?.({ kind: 'resumed', message: `going on with the run in ${folder}` });
  const { threads, signal, onProgress } = settings;
  const { network: trained, ...training } = await withFolderLock(folder, () =>
    trainQuantised(
      { ...taskOf(plan, pictures), start, train, test },
      { out: folder, resume, fresh, threads, signal, onProgress },
    ),
  );
  const model = writtenForm(trained, plan.bits);
  const places = await placesOfWeights(start, plan.bits);
  const accuracies = {
    source: await accuracyOf(network.model, test, pictures),
    quantised: await accuracyOf(model, test, pictures),
  };
  const size = networkSize(trained.graph, plan.bits, places);
  const narrow = networkSize(source.graph, plan.bits, places);
  noteFewBits(model, {
    bits: plan.bits,
    widen: plan.widen,
    ...(training.squeezed && { squeezed: training.squeezed }),
    size,
    narrow,
    epochs: training.curve.length,
    testSamples: test.size,
    sourceAccuracy: accuracies.source,
    quantisedAccuracy: accuracies.quantised,
  });
  const told = { plan, accuracies, size, narrow, squeezed: training.squeezed, epochs: training.curve };
  await writeAtomically(join(folder, 'curve.json'), `${JSON.stringify(told, null, 2)}\n`);
  const derived = derivedNetwork(network, model);
  const written =
    training.finished && output !== undefined ? await writeOnnx(model, output, { bundle }) : undefined;
  return {
    ...training,
    plan,
    output,
    folder,
    accuracies,
    size,
    narrow,
    network: derived,
    refersTo: written?.refersTo ?? [],
  };
}

/** Bits and width as a name: w1a2x4. */
export function nameOf({ bits, widen }: Pick<QuantisingPlan, 'bits' | 'widen'>): string {
  return `w${bits.weights}a${bits.activations}x${widen}`;
}

/** Settings of the recipe, then those that are given beside it. */
async function planOf(settings: QuantiseSettings): Promise<QuantisingPlan> {
  return checkQuantising(await trainingSettings(settings, 'a training'), settings.recipe ?? 'quantise');
}

async function openParts(
  { data, testData }: QuantiseSettings,
  { config, channels }: PictureForm,
): Promise<[TrainingData, TrainingData]> {
  const parts = await openFineTuningParts({ data, testData, needsLabels: true });
  const [shown, measured] = parts.map((part) => asNetworkReads(part, config)) as [Dataset, Dataset];
  const train = await openTrainingData(shown, channels);
  return [train, await openTrainingData(measured, channels, train.classes)];
}

/** The network that training starts from: normalised, calibrated, widened. */
async function startOf(
  source: Model,
  { bits, widen, noise, seed }: QuantisingPlan,
  train: TrainingData,
  pictures: PictureForm,
): Promise<Model> {
  const batches = calibrationInputs(source, train, pictures);
  const model = source.clone();
  normaliseProducts(model, await calibrateStatistics(model, batches));
  const together = Math.round(Math.log2(widen * (2 ** bits.activations - 1) + 1));
  const bounds = await calibrateBounds(model, together, batches);
  return startForm(model, { bits, widen, bounds, noise, seed });
}

function calibrationInputs({ graph }: Model, train: TrainingData, pictures: PictureForm): CalibrationInputs {
  const rows = Math.min(64, train.size);
  const shape = [rows, ...(graph.inputs[0]?.shape ?? []).slice(1).map(Number)];
  return async function* () {
    const loader = new BatchLoader(train, rows, pictures);
    for (let first = 0; first + rows <= Math.min(train.size, calibrationPictures); first += rows) {
      await loader.loadTest(first);
      yield { shape, data: loader.inputs };
    }
  };
}

function taskOf(plan: QuantisingPlan, { mean, std }: PictureForm) {
  const { bits, budget, slopePenalty, rounds, weightDecay, learningRate, labelSmoothing, ...rest } = plan;
  return {
    bits,
    weightDecay,
    squeezing: budget && { budget, slopePenalty, rounds, before: 0.4 },
    plan: {
      ...rest,
      loss: { kind: 'cross-entropy', labelSmoothing } as const,
      schedule: { kind: 'cosine', learningRate, warmupSteps: 0, final: 0 } as const,
      patience: undefined,
      data: { mean: [...mean], std: [...std] },
    },
  };
}

async function accuracyOf(model: Model, test: TrainingData, pictures: PictureForm): Promise<number> {
  const network = await SourceNetwork.open(model);
  try {
    return await network.accuracy(new BatchLoader(test, Math.min(64, test.size), pictures), test.size);
  } finally {
    await network.release();
  }
}
