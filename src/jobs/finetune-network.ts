import { join } from 'node:path';
import { type ConversionRecord, noteFineTuning } from '../conversion/conversion-record.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import type { FineTuning } from '../finetuning/methods/define-fine-tuning.ts';
import { fineTuningNamed } from '../finetuning/methods/fine-tunings.ts';
import {
  checkFineTuning,
  type FineTuningInput,
  type FineTuningPlan,
} from '../finetuning/run/fine-tuning-plan.ts';
import type { FineTuned } from '../finetuning/run/fine-tuning-task.ts';
import { finetune, hasCheckpoint } from '../finetuning/run/finetune.ts';
import { asNetworkReads, randomCrops } from '../finetuning/run/network-pictures.ts';
import type { Model } from '../graph/model.ts';
import { derivedNetwork, type Network } from '../opening/open-network.ts';
import { replaceNeurons } from '../spiking/replace-neurons.ts';
import { openTrainingData, type TrainingData } from '../training/data/training-data.ts';
import { convertNetwork } from './convert-network.ts';
import { openFineTuningParts } from './fine-tuning-parts.ts';
import { type PictureForm, pictureForm } from './picture-form.ts';
import type { PictureTrainingSettings } from './picture-training-settings.ts';
import { inputsOf, requireWritable } from './require-writable.ts';
import { tellFewSteps } from './tell-few-steps.ts';
import { trainingSettings } from './training-settings.ts';

/** How to fine-tune a network with its neurons in place. */
export interface FinetuneSettings extends FineTuningInput, PictureTrainingSettings {
  /** Folder of the run: checkpoints and loss curve. Default: `runs/<network>-<method>-T<steps>`. */
  readonly folder?: string | undefined;
}

/** A fine-tuned network and how it came about. */
export interface FinetuneEnd extends Omit<FineTuned, 'model'> {
  readonly network: Network;
  readonly folder: string;
  /** How the network came about, with what was trained; absent while the training is not finished. */
  readonly record?: ConversionRecord | undefined;
  /** Files with weights that the written file depends on, relative to its folder. */
  readonly refersTo: readonly string[];
}

/**
 * Trains a network with spiking neurons in place, at T steps: a source network is converted first as the method says, one
 * that spikes already is trained as it is. A run that was interrupted goes on from its last checkpoint with the same bits.
 *
 * @throws UsageError for wrong settings, all at once, or a folder with another run; ConversionError if the network cannot be
 *   converted or trained; RuntimeError if the loss is not finite or runs away
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { finetuneNetwork, openNetwork, trainNetwork } from 'transpike';
 *
 * const pictures = { train: 'glyphs:train?size=64', test: 'glyphs:test?size=32', channels: 1, mean: [0.25], std: [0.22] };
 * const recipe = { name: 'small', network: { kind: 'mlp', widths: [8] }, data: pictures, epochs: 1, batchSize: 32 };
 * const training = { optimiser: { kind: 'adam' }, schedule: { kind: 'constant', learningRate: 0.01 } };
 * await writeFile('small.json', JSON.stringify({ ...recipe, ...training }));
 * const source = await openNetwork((await trainNetwork('small.json')).folder);
 *
 * const data = { data: 'glyphs:train?size=32', testData: 'glyphs:test?size=16' };
 * const { network, record } = await finetuneNetwork(source, { ...data, method: 'diet', steps: 2, epochs: 1, batchSize: 16 });
 * console.log(network.spiking, record?.fineTuning?.updates); // true 2
 * ```
 */
export async function finetuneNetwork(network: Network, settings: FinetuneSettings): Promise<FinetuneEnd> {
  const plan = await planOf(settings);
  const method = fineTuningNamed(plan.method);
  const { output, force, bundle, fresh = false, data, testData, onNotice } = settings;
  const inputs = inputsOf(network, data, testData, settings.recipe);
  if (output !== undefined) await requireWritable(output, { inputs, kind: 'onnx', force });
  const folder = settings.folder ?? join('runs', `${network.name}-${method.name}-T${plan.steps}`);
  const pictures = pictureForm(network);
  const [train, test] = await openParts(settings, pictures, plan, method);
  const spiking = await spikingModel(network, method, plan, settings);
  tellFewSteps(method.neuronsAt ? replaceNeurons(spiking, method.neuronsAt) : spiking, plan.steps, settings);
  const resume = !fresh && hasCheckpoint(folder);
  if (resume) onNotice?.({ kind: 'resumed', message: `going on with the run in ${folder}` });
  const { threads, signal, onProgress } = settings;
  const { model, ...tuned } = await finetune(
    { spiking, method, plan, train, test, normalisation: pictures },
    { out: folder, resume, fresh, threads, signal, onProgress },
  );
  const record = recordOf(model, tuned, { plan, data, samples: train.size, test });
  const derived = derivedNetwork(network, model);
  const written =
    tuned.finished && output !== undefined ? await writeOnnx(model, output, { bundle }) : undefined;
  return { ...tuned, record, folder, network: derived, refersTo: written?.refersTo ?? [] };
}

interface Trained {
  readonly plan: FineTuningPlan;
  readonly data: string;
  readonly samples: number;
  readonly test: TrainingData;
}

/** Writes into a model how it was trained. @returns its whole record; undefined while the training is not finished */
function recordOf(
  model: Model,
  { accuracies, curve, finished, neurons, trained }: Omit<FineTuned, 'model'>,
  { plan, data, samples, test }: Trained,
): ConversionRecord | undefined {
  const last = curve.at(-1);
  if (!finished || !last) return undefined;
  return noteFineTuning(model, {
    method: plan.method,
    steps: plan.steps,
    trained: [...trained],
    epochs: last.epoch,
    updates: last.step,
    seed: plan.seed,
    data,
    samples,
    testSamples: test.size,
    measure: test.labelled ? 'accuracy' : 'agreement',
    sourceAccuracy: accuracies.source,
    convertedAccuracy: accuracies.converted,
    tunedAccuracy: accuracies.tuned,
    curve: curve.map(({ epoch, trainLoss, testLoss, testAccuracy }) => ({
      epoch,
      trainLoss,
      testLoss,
      testAccuracy,
    })),
    neurons,
  });
}

/** Settings of the recipe, then those that are given beside it. */
async function planOf(settings: FinetuneSettings): Promise<FineTuningPlan> {
  return checkFineTuning(await trainingSettings(settings, 'a fine-tuning'), settings.recipe ?? 'finetune');
}

/** Pictures to train and to measure on, as the network reads them. */
async function openParts(
  { data, testData }: FinetuneSettings,
  { config, classes, channels }: PictureForm,
  { crops, seed }: FineTuningPlan,
  { target }: FineTuning,
): Promise<[TrainingData, TrainingData]> {
  const needsLabels = target === 'labels';
  const [shown, measured] = await openFineTuningParts({ data, testData, needsLabels });
  const trained =
    crops === undefined ? asNetworkReads(shown, config) : randomCrops(shown, config, crops, seed);
  const known = needsLabels ? undefined : classes;
  const train = await openTrainingData(trained, channels, known, needsLabels);
  const test = asNetworkReads(measured, config);
  return [train, await openTrainingData(test, channels, train.classes, needsLabels)];
}

/** The network as it is, if it spikes; else as the method's conversion makes it, calibrated on the training data. */
async function spikingModel(
  network: Network,
  { start }: FineTuning,
  { steps }: FineTuningPlan,
  { data, testData, threads, signal, onNotice }: FinetuneSettings,
): Promise<Model> {
  if (network.spiking) return network.model;
  const split = testData === undefined ? { calibrationSplit: 'train' } : {};
  const made = await convertNetwork(network, {
    ...start,
    ...split,
    steps,
    calibration: data,
    threads,
    signal,
    onNotice,
  });
  return made.network.model;
}
