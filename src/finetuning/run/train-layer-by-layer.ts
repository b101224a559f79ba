import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../files/write-atomically.ts';
import type { Model } from '../../graph/model.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import { replaceNeurons } from '../../spiking/replace-neurons.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import { holdBack } from '../../training/data/data-part.ts';
import type { TrainOptions } from '../../training/run/train-options.ts';
import { bitsOfLayer, inFewBits } from '../tandem/few-bit-layers.ts';
import { limitWeights } from '../tandem/limit-weights.ts';
import { rescaledParameters } from '../tandem/rescale-neurons.ts';
import { tandemLayers } from '../tandem/tandem-layers.ts';
import { firstTrained, withConstants } from '../tandem/tandem-training.ts';
import { weightNames } from '../unrolled/weight-names.ts';
import { activationQuantile } from './activation-quantile.ts';
import { type FineTuned, type FineTuningTask, trainingPlan } from './fine-tuning-task.ts';
import { neuronChanges } from './neuron-changes.ts';
import { SourceNetwork } from './source-network.ts';
import { type StageCurve, stageFolder, TandemStage } from './tandem-stage.ts';

/**
 * Tandem learning: stage after stage one more layer spikes. The folder holds `curve.json` and a folder for each stage, with its
 * checkpoint and its best weights; a run that was interrupted goes on with the same bits.
 */
export async function trainLayerByLayer(task: FineTuningTask, options: TrainOptions): Promise<FineTuned> {
  const { neuronsAt } = task.method;
  const start = neuronsAt ? replaceNeurons(task.spiking, neuronsAt) : task.spiking;
  return new Tandem(start, task, options).run();
}

class Tandem {
  readonly #start: Model;
  readonly #task: FineTuningTask;
  readonly #options: TrainOptions;
  readonly #parts: ReturnType<typeof holdBack>;
  /** Index of the head, behind all layers that spike. */
  readonly #head: number;
  readonly #curves: StageCurve[] = [];

  constructor(start: Model, task: FineTuningTask, options: TrainOptions) {
    this.#start = start;
    this.#task = task;
    this.#options = options;
    this.#parts = holdBack(task.train, task.plan.tandem.validation, task.plan.seed);
    this.#head = tandemLayers(start).length - 1;
  }

  async run(): Promise<FineTuned> {
    const { out, fresh } = this.#options;
    if (fresh) {
      for (let stage = 0; stage <= this.#head; stage++)
        await rm(stageFolder(out, stage), { recursive: true, force: true });
    }
    const [source, converted] = [await this.#sourceAccuracy(), await this.#accuracy(this.#start)];
    let model = await this.#withThreshold(this.#start, 0);
    for (let stage = 0; stage <= this.#head; stage++) {
      const { values, finished } = await this.#train(model, stage);
      model = withConstants(model, values);
      if (!finished) return this.#result(model, { source, converted, tuned: Number.NaN }, false);
      model = this.#withLimits(model, stage);
      if (stage + 1 < this.#head) model = await this.#withThreshold(model, stage + 1);
    }
    const tuned = await this.#accuracy(model);
    const { weightBits } = this.#task.plan.tandem;
    const told = weightBits === undefined ? model : inFewBits(model, weightBits);
    return this.#result(told, { source, converted, tuned }, true);
  }

  async #train(model: Model, stage: number) {
    const { plan } = this.#task;
    const training = new TandemStage(model, stage, this.#head, this.#task, this.#options);
    const { curve, ...rest } = await training.finish(...this.#parts);
    const layer = tandemLayers(model)[stage]?.site;
    const threshold = layer?.parameters.threshold?.toNumbers();
    this.#curves.push({
      layer: layer?.name ?? 'head',
      ...(threshold && { threshold: Math.max(...threshold) }),
      epochs: curve,
    });
    const text = JSON.stringify({ plan, stages: this.#curves }, null, 2);
    await writeAtomically(join(this.#options.out, 'curve.json'), `${text}\n`);
    return rest;
  }

  /** With the threshold of a layer as its activations ask for, now that the layers before it spike. */
  async #withThreshold(model: Model, layer: number): Promise<Model> {
    const { plan, normalisation } = this.#task;
    const { batchSize } = trainingPlan(this.#task);
    const site = mustExist(tandemLayers(model)[layer]?.site, 'a layer that spikes');
    const threshold = await activationQuantile(model, layer, this.#parts[0], {
      steps: plan.steps,
      batchSize,
      quantile: plan.tandem.quantile,
      seed: plan.seed,
      normalisation,
    });
    return threshold > 0 ? withConstants(model, rescaledParameters(site, threshold)) : model;
  }

  /** With the weights of the layers that a stage was the last to train within the limits of the hardware. */
  #withLimits(model: Model, stage: number): Model {
    const { freeze, weightBits, fanIn } = this.#task.plan.tandem;
    if (weightBits === undefined && fanIn === undefined) return model;
    const from = firstTrained(stage, freeze, this.#head);
    const to = stage === this.#head ? this.#head + 1 : firstTrained(stage + 1, freeze, this.#head);
    const values = new Map<string, Tensor>();
    for (const [i, { weights }] of tandemLayers(model).entries()) {
      if (i < from || i >= to) continue;
      const isHead = i === this.#head;
      const limits = { weightBits: bitsOfLayer(isHead, weightBits), fanIn: isHead ? undefined : fanIn };
      for (const { name, axis } of weights)
        values.set(name, limitWeights(lookUp(model.graph.initializers, name, 'weight'), axis, limits));
    }
    return withConstants(model, values);
  }

  async #sourceAccuracy(): Promise<number> {
    const { test, normalisation } = this.#task;
    const source = await SourceNetwork.open(toSourceForm(this.#start));
    const { batchSize } = trainingPlan(this.#task);
    return source
      .accuracy(new BatchLoader(test, batchSize, normalisation), test.size)
      .finally(() => source.release());
  }

  /** Of the network in which all layers spike, on the test data. */
  async #accuracy(model: Model): Promise<number> {
    return new TandemStage(model, this.#head, this.#head, this.#task, this.#options).accuracy();
  }

  async #result(model: Model, accuracies: FineTuned['accuracies'], finished: boolean): Promise<FineTuned> {
    let [epoch, step] = [0, 0];
    const curve = this.#curves.flatMap(({ epochs }) => {
      const [before, stepsBefore] = [epoch, step];
      return epochs.map((record) => {
        [epoch, step] = [before + record.epoch, stepsBefore + record.step];
        return { ...record, epoch, step };
      });
    });
    const neurons = finished ? await neuronChanges(this.#start, model, this.#task) : [];
    return { model, accuracies, curve, trained: weightNames(this.#start), neurons, finished };
  }
}
