import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { suppressionOf } from '../../detection/add-detections.ts';
import { openCheckpoint } from '../../opening/open-checkpoint.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import type { RecipeInput } from '../recipe/recipe.ts';
import { train } from './train.ts';
import type { TrainingEvent, TrainOptions } from './train-options.ts';
import { readTrainingCheckpoint } from './training-checkpoint.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'transpike-train-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Two epochs of six steps; everything that random numbers decide takes part. */
const vit: RecipeInput = {
  name: 'tiny-vit',
  seed: 5,
  network: { kind: 'vit', embedDim: 12, depth: 1, heads: 2, patchSize: 8 },
  data: { train: 'glyphs:train?size=50', test: 'glyphs:test?size=20', channels: 1, mean: [0.3], std: [0.2] },
  augmentation: { shift: 2, flip: true, rotate: 10, scale: 0.1, cutout: 6 },
  loss: { kind: 'cross-entropy', labelSmoothing: 0.1 },
  optimiser: { kind: 'adamw', weightDecay: 0.1 },
  schedule: { kind: 'cosine', learningRate: 0.01, warmupSteps: 3 },
  epochs: 2,
  batchSize: 8,
  clip: 1,
};

const cnn: RecipeInput = {
  ...vit,
  name: 'tiny-cnn',
  network: { kind: 'resnet', width: 4, blocks: 1 },
  optimiser: { kind: 'sgd', nesterov: true, weightDecay: 0.001 },
};

const vgg: RecipeInput = {
  ...vit,
  name: 'tiny-vgg',
  network: { kind: 'vgg', features: [4, 'pool', 6], classifier: [12] },
};

const hybrid: RecipeInput = {
  name: 'tiny-hybrid',
  seed: 5,
  network: {
    kind: 'event-hybrid',
    stages: [[3], [4, 4]],
    dense: true,
    hidden: [5],
    interval: 2,
    spikes: { rate: [0.1, 0.02], weight: 1 },
  },
  data: { train: 'event-glyphs:train,size=17,steps=4', test: 'event-glyphs:test,size=9,steps=4' },
  augmentation: { shift: 2 },
  loss: { kind: 'interval-cross-entropy' },
  optimiser: { kind: 'adamw' },
  schedule: { kind: 'constant', learningRate: 0.01 },
  epochs: 1,
  batchSize: 8,
};

const unrolled: RecipeInput = {
  name: 'tiny-s-lista',
  seed: 5,
  network: { kind: 's-lista', layers: 3, threshold: 0.05, momentum: true },
  data: {
    train: 'harmonic:train,sensors=6,grid=10,sources=1,size=48',
    test: 'harmonic:test,sensors=6,grid=10,sources=1,size=20',
  },
  loss: { kind: 'nmse' },
  optimiser: { kind: 'adam' },
  schedule: { kind: 'constant', learningRate: 0.01 },
  epochs: 2,
  batchSize: 8,
};

/** Trains and notes the losses, step by step. */
async function losses(recipe: RecipeInput, options: TrainOptions) {
  const seen: number[] = [];
  const epochs: TrainingEvent[] = [];
  const result = await train(recipe, {
    ...options,
    onProgress: (event) => {
      if (event.kind === 'step') seen.push(event.loss);
      else epochs.push(event);
    },
  });
  return { seen, epochs, result };
}

describe('train', () => {
  it.each([
    ['a Vision Transformer', vit],
    ['a network with batch normalisation', cnn],
    ['a network with dropout', vgg],
    ['an unrolled network on endless signals', unrolled],
    ['a network with QCFS activations', { ...cnn, activation: { kind: 'qcfs', levels: 4 } } as RecipeInput],
  ])('resumes %s to the same bits as a run without interruption', async (_, recipe) => {
    const [whole, broken] = [await folder(), await folder()];
    const all = await losses(recipe, { out: whole });
    const first = await losses(recipe, { out: broken, stopAtStep: 8 });
    expect(first.result.finished).toBe(false);
    // What a writer leaves that is killed before its file takes the name of the checkpoint.
    await writeFile(join(broken, 'checkpoint.safetensors.0a1b2c3d.tmp'), 'half');
    const rest = await losses(recipe, { out: broken, resume: true });
    expect(rest.result.finished).toBe(true);
    expect([...first.seen, ...rest.seen]).toEqual(all.seen);
    expect(rest.result.curve.map(({ seconds, ...same }) => same)).toEqual(
      all.result.curve.map(({ seconds, ...same }) => same),
    );
    expect(await readdir(broken)).toEqual(await readdir(whole));
    const [a, b] = [await readTrainingCheckpoint(whole), await readTrainingCheckpoint(broken)];
    expect([...b!.vectors]).toEqual([...a!.vectors]);
    expect(await readFile(join(broken, 'model.safetensors'))).toEqual(
      await readFile(join(whole, 'model.safetensors')),
    );
  });

  it('refuses a checkpoint of which a single bit was changed', async () => {
    const out = await folder();
    await losses(vit, { out, stopAtStep: 2 });
    const path = join(out, 'checkpoint.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 9]! ^= 1;
    await writeFile(path, bytes);
    await expect(train(vit, { out, resume: true })).rejects.toThrow(
      `${path}: expected a checkpoint of a training with a tensor 'progress.json', got one that was changed since it was written. Start again in an empty folder.`,
    );
  });

  it('learns: the loss on a handful of pictures goes down', async () => {
    const recipe: RecipeInput = {
      ...vit,
      augmentation: {},
      data: { ...vit.data, train: 'glyphs:train?size=16', test: 'glyphs:train?size=16' },
      optimiser: { kind: 'adam' },
      schedule: { kind: 'constant', learningRate: 0.01 },
      loss: { kind: 'cross-entropy' },
      epochs: 40,
      batchSize: 16,
    };
    const { result } = await losses(recipe, { out: await folder() });
    expect(result.curve.at(-1)!.trainLoss).toBeLessThan(0.3);
    expect(result.testAccuracy).toBeGreaterThan(0.9);
  });

  it('sees no sample twice where data are endless, and says how much of the targets is explained', async () => {
    const { seen, result } = await losses(
      { ...unrolled, schedule: { kind: 'constant', learningRate: 1e-9 } },
      { out: await folder() },
    );
    expect(new Set(seen.map((loss) => loss.toFixed(6))).size).toBe(12);
    const { testLoss, testAccuracy } = result.curve.at(-1)!;
    expect(testLoss).toBeLessThan(1);
    expect(testAccuracy).toBeGreaterThan(0.2);
    expect(testAccuracy).toBeLessThan(1);
  });

  it('trains weights and leaks of a hybrid network, whose folder opens as a spiking network that goes on in time', async () => {
    const out = await folder();
    const { seen, result } = await losses(hybrid, { out });
    expect(seen).toHaveLength(2);
    expect(result.testAccuracy).toBeLessThanOrEqual(1);
    const network = await openNetwork(out);
    expect(network).toMatchObject({ spiking: true, steps: 2, inputShape: ['transpike.steps', 2, 34, 34] });
    expect(network.classNames).toHaveLength(36);
    const leaks = sitesOf(network.model).map(({ parameters }) => parameters.leak?.toNumber() ?? 0);
    expect(leaks).toHaveLength(3);
    for (const leak of leaks) expect(Math.abs(leak - 0.9)).toBeLessThan(0.05);
    expect(new Set(leaks).size).toBeGreaterThan(1);
    await expect(
      losses({ ...hybrid, network: { kind: 'event-hybrid', interval: 3 } }, { out }),
    ).rejects.toThrow(
      "recipe 'tiny-hybrid': network.interval: expected a divisor of the 4 steps of a sample, got 3. Set another interval, or steps in the addresses of the data.",
    );
  });

  it('trains a hybrid network that tells boxes, whose folder opens as a detector', async () => {
    const out = await folder();
    const data = 'size=8,width=32,height=40,classes=3,steps=4,intervals=2';
    const { result, seen } = await losses(
      {
        ...hybrid,
        network: { kind: 'event-hybrid', tells: 'boxes', stages: [[3], [4], [4]], interval: 2 },
        data: { train: `event-glyphs-boxes:train,${data}`, test: `event-glyphs-boxes:test,${data}` },
        loss: { kind: 'boxes' },
        epochs: 4,
      },
      { out },
    );
    expect(result.testAccuracy).toBeGreaterThanOrEqual(0);
    expect(seen.at(-1)).toBeLessThan(seen[0] ?? 0);
    const { model, classNames } = await openNetwork(out);
    expect(suppressionOf(model)).toBe(0.5);
    expect(classNames).toEqual(['0', '1', '2']);
    // 10 × 8 cells of 4 pixels and 5 × 4 of 8.
    expect(model.graph.outputs.map(({ name, shape }) => [name, shape?.at(2)])).toEqual([
      ['logits', 100],
      ['detections', 100],
    ]);
  });

  it('learns to find sources', async () => {
    const recipe = { ...unrolled, epochs: 25, batchSize: 16 };
    const { seen } = await losses(recipe, { out: await folder() });
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(seen.slice(-10))).toBeLessThan(0.75 * mean(seen.slice(0, 10)));
  });

  it.each([
    ['vit-timm', vit],
    ['resnet-cifar', cnn],
  ])('leaves a %s checkpoint, the loss curve, and reports progress', async (architecture, recipe) => {
    const out = await folder();
    const { result, seen, epochs } = await losses(recipe, { out });
    expect((await readdir(out)).sort()).toEqual([
      'checkpoint.safetensors',
      'config.json',
      'curve.json',
      'model.safetensors',
    ]);
    const opened = await openCheckpoint(out);
    expect([opened.architecture, opened.numClasses, opened.inputShape]).toEqual([
      architecture,
      36,
      [1, 32, 32],
    ]);
    expect(opened.config).toMatchObject({
      preprocess: { mean: [0.3], std: [0.2] },
      training: { recipe: recipe.name, seed: 5, testAccuracy: result.testAccuracy },
    });
    const curve = JSON.parse(await readFile(join(out, 'curve.json'), 'utf8'));
    expect(curve.epochs).toEqual(result.curve);
    expect([seen.length, epochs.length]).toEqual([12, 2]);
  });

  it('saves the thresholds of QCFS activations in config.json, trained', async () => {
    const out = await folder();
    await train({ ...cnn, activation: { kind: 'qcfs', levels: 8, threshold: 3 } }, { out });
    const { activation } = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
    expect([activation.kind, activation.levels]).toEqual(['qcfs', 8]);
    expect(Object.keys(activation.thresholds)).toContain('layer1.0.relu1');
    expect(activation.thresholds.relu).not.toBe(3);
    expect(activation.thresholds.relu).toBeCloseTo(3, 0);
    expect((await openCheckpoint(out)).architecture).toBe('resnet-cifar');
  });

  it('starts from the weights of another checkpoint', async () => {
    const start = await folder();
    await train(cnn, { out: start });
    const { seen } = await losses(
      { ...cnn, from: start, seed: 6, schedule: { kind: 'constant', learningRate: 1e-9 } },
      { out: await folder() },
    );
    const fresh = await losses({ ...cnn, seed: 6 }, { out: await folder() });
    expect(seen[0]).not.toBe(fresh.seen[0]);
    const recipe: RecipeInput = { ...cnn, from: start, network: { kind: 'resnet', width: 8, blocks: 1 } };
    await expect(train(recipe, { out: await folder() })).rejects.toThrow(
      "tensor 'conv1.weight': expected shape [8,1,3,3], got [4,1,3,3].",
    );
  });

  it('stops when the loss is no longer finite, and keeps the last checkpoint', async () => {
    const out = await folder();
    const recipe: RecipeInput = {
      ...vit,
      clip: undefined,
      optimiser: { kind: 'sgd' },
      schedule: { kind: 'constant', learningRate: 1e30 },
      checkpointSteps: 1,
    };
    await expect(train(recipe, { out })).rejects.toThrow(
      /^training step \d+: expected a (finite loss and gradient, got .*(first tensor that is not finite: '\w|loss)|loss near).*Lower the learning rate, lengthen the warm-up/,
    );
    const { vectors } = (await readTrainingCheckpoint(out))!;
    expect(vectors.get('parameters')!.every(Number.isFinite)).toBe(true);
  });

  it('stops after the current step with a checkpoint when it is aborted', async () => {
    const out = await folder();
    const abort = new AbortController();
    const result = await train(vit, {
      out,
      signal: abort.signal,
      onProgress: (event) => event.kind === 'step' && event.step === 3 && abort.abort(),
    });
    expect(result.finished).toBe(false);
    expect((await readTrainingCheckpoint(out))!.progress.step).toBe(3);
  });

  it('stops early when the test accuracy does not get better', async () => {
    const recipe: RecipeInput = {
      ...vit,
      schedule: { kind: 'constant', learningRate: 1e-12 },
      epochs: 9,
      patience: 2,
    };
    const { result } = await losses(recipe, { out: await folder() });
    expect(result.curve.length).toBeLessThan(9);
    expect(result.finished).toBe(true);
  });

  it('starts anew in a folder with a checkpoint when told to', async () => {
    const out = await folder();
    await train(vit, { out, stopAtStep: 2 });
    const steps: number[] = [];
    await train(vit, {
      out,
      fresh: true,
      stopAtStep: 1,
      onProgress: (event) => event.kind === 'step' && steps.push(event.step),
    });
    expect(steps).toEqual([1]);
  });

  it('refuses a folder with a checkpoint unless told to resume, and a checkpoint of another recipe', async () => {
    const out = await folder();
    await train(vit, { out, stopAtStep: 1 });
    await expect(train(vit, { out })).rejects.toThrow(
      `${out}: expected a folder without a checkpoint, got one. Resume, start fresh, or give an empty folder.`,
    );
    await expect(train({ ...vit, seed: 6 }, { out, resume: true })).rejects.toThrow(
      'expected a checkpoint of this recipe and data, got one of another.',
    );
  });

  it('asks for the data set where the recipe does not name it', async () => {
    const recipe: RecipeInput = { ...vit, data: { ...vit.data, train: { split: 'train' } } };
    await expect(train(recipe, { out: await folder() })).rejects.toThrow(
      "recipe 'tiny-vit': expected the path of its data set, got none.",
    );
    expect(
      (await losses(recipe, { out: await folder(), data: 'glyphs?size=30', stopAtStep: 1 })).seen,
    ).toHaveLength(1);
  });
});
