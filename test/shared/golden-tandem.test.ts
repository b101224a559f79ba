import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activationSites } from '../../src/analysis/activation-sites.ts';
import { relativeError } from '../../src/differentiation/central-differences.fixture.ts';
import { differentiate } from '../../src/differentiation/differentiate.ts';
import { carryTrainingOperators } from '../../src/differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../src/differentiation/operators/training-operators.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { tandemForm } from '../../src/finetuning/tandem/tandem-form.ts';
import { TandemSchedule } from '../../src/finetuning/tandem/tandem-schedule.ts';
import { firstTrained } from '../../src/finetuning/tandem/tandem-training.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { float } from '../../src/graph/node.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { evaluateModel } from '../../src/interpreter/evaluate-model.ts';
import { withExactConstants } from '../../src/interpreter/exact-constants.ts';
import { type NdArray, ndArray } from '../../src/interpreter/nd-array.ts';
import { integrateAndFire } from '../../src/neurons/integrate-and-fire.ts';
import { neuronSpec } from '../../src/spiking/neuron-node.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';
import { losses } from '../../src/training/step/losses.ts';
import { hasShared, shared } from './shared-folder.ts';

type Arrays = ReadonlyMap<string, NdArray>;

interface Case {
  readonly weights: Arrays;
  readonly x: NdArray;
  readonly labels: readonly number[];
  readonly steps: number;
  readonly thresholds: readonly number[];
  readonly spikingLayers: number;
  readonly training: boolean;
}

const parts = ['weight', 'bias', 'bn_weight', 'bn_bias', 'bn_mean', 'bn_var'] as const;

/** The network that a set of weights belongs to: `fc…` linear, `conv…` 3×3 layers (from the second on every second pixel), each normalised; then `head`. */
function network(weights: Arrays, sample: readonly number[]): Model {
  const graph = new Graph('tandem');
  for (const [name, { shape, data }] of weights) graph.setInitializer(name, Tensor.float32(shape, data));
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...sample] });
  const classes = weights.get('head_bias')!.shape[0]!;
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', classes] });
  const build = new GraphBuilder(graph);
  const layers = [...weights.keys()].flatMap((name) => /^(.*\d)_weight$/.exec(name)?.[1] ?? []);
  let value = 'x';
  let pictures = sample.length > 1;
  for (const [i, layer] of layers.entries()) {
    const [weight, bias, ...norm] = parts.map((part) => `${layer}_${part}`);
    const isConvolution = layer.startsWith('conv');
    if (pictures && !isConvolution) value = build.op('Flatten', [value], { axis: 1 });
    pictures = isConvolution;
    const strides = i === 0 ? [1, 1] : [2, 2];
    const made = isConvolution
      ? build.op('Conv', [value, weight!, bias!], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides })
      : build.op('Gemm', [value, weight!, bias!], { transB: 1 });
    const normed = build.op('BatchNormalization', [made, ...norm], { epsilon: float(1e-4) });
    value = build.op('Relu', [normed]);
  }
  build.op('Gemm', [value, 'head_weight', 'head_bias'], { transB: 1 }, { name: 'logits' });
  return new Model(graph, 17);
}

/** The input at the first step and none afterwards: running means T·x/t, so that what has come at step T is x·T. */
function atFirstStep({ shape, data }: NdArray, steps: number): NdArray {
  const means = Float64Array.from(
    { length: steps * data.length },
    (_, i) => (steps * data[i % data.length]!) / (Math.floor(i / data.length) + 1),
  );
  return ndArray([steps * shape[0]!, ...shape.slice(1)], means);
}

async function outcome({ weights, x, labels, steps, thresholds, spikingLayers, training }: Case) {
  const source = network(weights, x.shape.slice(1));
  // Currents are T times as large as in the published code, and what a layer sends is a count.
  const placed = activationSites(source.graph).map((site, i) => ({
    ...site,
    ...neuronSpec(integrateAndFire, integrateAndFire.attributes.parse({}), {
      threshold: steps * thresholds[i]!,
      initialPotential: 0,
      amplitude: steps,
    }),
  }));
  const form = await tandemForm(toSpikingForm(source, placed, steps), {
    steps,
    batchSize: labels.length,
    spikingLayers,
    timedInput: true,
    ...(training && { statisticsMomentum: 0.9 }),
  });
  const { model } = form;
  const { graph } = model;
  const inputs = new Map<string, NdArray>([['x', atFirstStep(x, steps)]]);
  for (const [name, value] of weights) if (graph.initializers.has(name)) inputs.set(name, value);
  for (const { name } of placed)
    for (const [parameter, value] of Object.entries({ threshold: 0, amplitude: steps, initialPotential: 0 }))
      if (graph.initializers.has(`${name}.${parameter}`))
        inputs.set(`${name}.${parameter}`, ndArray([], Float64Array.of(value)));
  for (const [i, { name }] of placed.entries())
    if (inputs.has(`${name}.threshold`))
      inputs.set(`${name}.threshold`, ndArray([], Float64Array.of(steps * thresholds[i]!)));
  for (const name of inputs.keys()) if (name !== 'x') graph.removeInitializer(name);
  graph.setInputs([...inputs].map(([name, { shape }]) => ({ name, dataType: 'float32', shape: [...shape] })));
  const classes = weights.get('head_bias')!.shape[0]!;
  const targets = new Float64Array(labels.length * classes);
  for (const [row, label] of labels.entries()) targets[row * classes + label] = 1;
  graph.addInput({ name: 'targets', dataType: 'float32', shape: [labels.length, classes] });
  inputs.set('targets', ndArray([labels.length, classes], targets));
  losses['cross-entropy'](new GraphBuilder(graph), 'logits', 'targets');
  carryTrainingOperators(model, trainingOperators);
  const trained = [...weights.keys()].filter((name) => !/bn_(mean|var)$/.test(name));
  const { model: both, gradients } = await differentiate(model, 'loss', trained);
  const values = form.sites.flatMap(({ activation, sent, spikes }) => [
    activation,
    ...(sent ? [sent] : []),
    ...spikes,
  ]);
  const keep = new Set([...gradients.values(), ...values, ...form.statistics.values(), 'logits', 'loss']);
  return { ...form, gradients, trained, found: evaluateModel(withExactConstants(both), inputs, { keep }) };
}

async function arrays(...path: string[]): Promise<Map<string, NdArray>> {
  const found = await readNpz(shared('golden', ...path));
  return new Map(
    [...found].map(([name, { shape, data }]) => [name, ndArray(shape, Float64Array.from(data, Number))]),
  );
}

type Outcome = Awaited<ReturnType<typeof outcome>>;

function compare({ found, sites, statistics, gradients, trained }: Outcome, expected: Arrays): void {
  const wanted = (name: string) => expected.get(name)!.data;
  const near = (value: string, name: string) =>
    expect(relativeError(found.get(value)!.data, wanted(name)), name).toBeLessThan(1e-10);
  near('loss', 'loss');
  near('logits', 'logits');
  for (const [i, { activation, sent, spikes }] of sites.entries()) {
    near(activation, `activation${i + 1}`);
    if (sent === undefined) continue;
    expect([...found.get(sent)!.data].map((count) => Math.round(count * 1e9) / 1e9)).toEqual([
      ...wanted(`count${i + 1}`),
    ]);
    if (!expected.has(`spikes${i + 1}`)) continue;
    const fired = spikes.flatMap((value) => [...found.get(value)!.data].map((spike) => Number(spike !== 0)));
    expect(fired).toEqual([...wanted(`spikes${i + 1}`)]);
  }
  for (const name of trained) {
    // A bias before a normalisation by the batch changes nothing: its gradient is rounding.
    const idle = statistics.has(name.replace(/_bias$/, '_bn_mean'));
    if (!idle) near(gradients.get(name)!, `grad_${name}`);
    else
      for (const value of found.get(gradients.get(name)!)!.data) expect(Math.abs(value)).toBeLessThan(1e-12);
  }
  for (const [name, value] of statistics) near(value, `after_${name}`);
}

describe.skipIf(!hasShared('golden', 'tandem-mlp'))('a tandem network', () => {
  test.each([1, 2, 3])(
    '%i spiking layers of a perceptron: spikes, gradients, statistics',
    async (spikingLayers) => {
      const meta = JSON.parse(readFileSync(shared('golden', 'tandem-mlp', 'meta.json'), 'utf8')) as {
        T: number;
        labels: number[];
        thresholds: number[];
      };
      const given = await arrays('tandem-mlp', 'weights.npz');
      const x = given.get('x')!;
      given.delete('x');
      const { T: steps, labels, thresholds } = meta;
      const made = await outcome({
        weights: given,
        x,
        labels,
        steps,
        thresholds,
        spikingLayers,
        training: true,
      });
      expect(made.statistics.size).toBe(6);
      compare(made, await arrays('tandem-mlp', `train_${spikingLayers}_spiking.npz`));
    },
  );

  test.each([
    ['train', true],
    ['eval', false],
  ])('a convolutional network, %s: counts, gradients, statistics', async (name, training) => {
    const meta = JSON.parse(readFileSync(shared('golden', 'tandem-cnn', 'meta.json'), 'utf8')) as {
      T: number;
      thresholds: number[];
    };
    const weights = await arrays('tandem-cnn', 'weights.npz');
    const images = await readNpy(shared('golden', 'tandem-cnn', 'images.npy'));
    const labels = await readNpy(shared('golden', 'tandem-cnn', 'labels.npy'));
    const made = await outcome({
      weights,
      x: ndArray(images.shape, Float64Array.from(images.data, Number)),
      labels: Array.from(labels.data, Number),
      steps: meta.T,
      thresholds: meta.thresholds,
      spikingLayers: 3,
      training,
    });
    expect(made.statistics.size).toBe(training ? 6 : 0);
    compare(made, await arrays('tandem-cnn', `${name}.npz`));
  });

  test('the schedule of the published code, epoch by epoch', () => {
    const { schedule } = JSON.parse(readFileSync(shared('golden', 'tandem-mlp', 'meta.json'), 'utf8')) as {
      schedule: { events: [number, number, number, number, number, string][] };
    };
    const replayed = new TandemSchedule({ layers: 4, patience: 6 });
    for (const [epoch, accuracy, stage, waited, best, action] of schedule.events) {
      const outcome = replayed.after(accuracy);
      const { stage: newest, waited: epochs } = replayed;
      const restored = Math.max(replayed.best, 0);
      const wanted = { better: action === 'save best', ends: action.startsWith('restore best') };
      expect([epoch, outcome, newest, epochs, restored]).toEqual([epoch, wanted, stage, waited, best]);
      if (!outcome.ends) continue;
      // Layer k is frozen, and the one that is replaced at once, too; the head stays.
      expect(firstTrained(newest, 'on-replacement', 4)).toBe(Math.min(newest + 1, 4));
      expect(firstTrained(newest, 'after-stage', 4)).toBe(newest);
    }
    expect(replayed.stage).toBe(4);
  });
});
