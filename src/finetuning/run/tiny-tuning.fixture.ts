import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import type { Model } from '../../graph/model.ts';
import { methodNamed } from '../../methods/methods.ts';
import { openDataset } from '../../opening/open-dataset.ts';
import { Random } from '../../random.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import { openTrainingData, type TrainingData } from '../../training/data/training-data.ts';
import { mlpNetwork } from '../../training/networks/mlp.ts';
import type { TrainOptions } from '../../training/run/train-options.ts';
import { fineTuningNamed } from '../methods/fine-tunings.ts';
import { checkFineTuning, type FineTuningInput } from './fine-tuning-plan.ts';
import type { FineTuned } from './fine-tuning-task.ts';
import { finetune } from './finetune.ts';

/** A folder that is gone after the test. */
export async function scratchFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'transpike-finetune-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export const normalisation = { mean: [0.3], std: [0.2] };

/** Pictures as the tiny network reads them. */
export const inputs = (data: Float32Array) => ({ shape: [data.length / 1024, 1, 32, 32], data });

interface Parts {
  readonly train: TrainingData;
  readonly test: TrainingData;
}

/** A tiny untrained network on a few glyphs, and its fine-tuning. */
export class TinyTuning implements Parts {
  readonly source: Model;
  readonly train: TrainingData;
  readonly test: TrainingData;
  readonly calibration: Float32Array;

  private constructor(source: Model, { train, test }: Parts, calibration: Float32Array) {
    this.source = source;
    this.train = train;
    this.test = test;
    this.calibration = calibration;
  }

  static async open(): Promise<TinyTuning> {
    const train = await openTrainingData(await openDataset('glyphs:train?size=64'), 1);
    const test = await openTrainingData(await openDataset('glyphs:test?size=40'), 1, train.classes);
    const settings = mlpNetwork.settings.parse({ kind: 'mlp', widths: [24, 16] });
    const { tensors, config } = mlpNetwork.initialise(settings, train, new Random(3));
    const source = mlpNetwork.architecture.recognise(config, tensors, 'config.json').build().model;
    const loader = new BatchLoader(train, 16, normalisation);
    await loader.loadTest(0);
    return new TinyTuning(source, { train, test }, loader.inputs.slice());
  }

  /** Two epochs of four steps, at T = 3. */
  async finish(
    input: FineTuningInput,
    options: Partial<TrainOptions> = {},
    data: Parts = this,
  ): Promise<FineTuned & { readonly losses: number[] }> {
    const given = { epochs: 2, batchSize: 16, learningRate: 0.01, steps: 3, ...input };
    const plan = checkFineTuning(given, 'test');
    const method = fineTuningNamed(plan.method);
    const { calibration } = this;
    const { model: spiking } = await convert(this.source, {
      method: methodNamed(method.start.method),
      preset: method.start.preset,
      steps: plan.steps,
      async *calibration() {
        yield inputs(calibration);
      },
    });
    const losses: number[] = [];
    const result = await finetune(
      { spiking, method, plan, normalisation, train: data.train, test: data.test },
      {
        out: await scratchFolder(),
        onProgress: (event) => event.kind === 'step' && losses.push(event.loss),
        ...options,
      },
    );
    return { ...result, losses };
  }
}

/** All constants of a model, byte by byte. */
export function bytesOf({ model }: { readonly model: Model }): unknown {
  return [...model.graph.initializers].map(([name, tensor]) => [name, [...tensor.bytes()]]);
}
