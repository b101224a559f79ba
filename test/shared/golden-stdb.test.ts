import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activationSites } from '../../src/analysis/activation-sites.ts';
import { relativeError } from '../../src/differentiation/central-differences.fixture.ts';
import { differentiate } from '../../src/differentiation/differentiate.ts';
import { carryTrainingOperators } from '../../src/differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../src/differentiation/operators/training-operators.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { unrollSpiking } from '../../src/finetuning/unrolled/unroll-spiking.ts';
import type { FloatTensor } from '../../src/graph/float-tensor.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { evaluateModel } from '../../src/interpreter/evaluate-model.ts';
import { withExactConstants } from '../../src/interpreter/exact-constants.ts';
import { type NdArray, ndArray } from '../../src/interpreter/nd-array.ts';
import { leakyIntegrateAndFire } from '../../src/neurons/leaky-integrate-and-fire.ts';
import { exposeValues } from '../../src/sessions/expose-values.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { neuronSpec } from '../../src/spiking/neuron-node.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';
import { losses } from '../../src/training/step/losses.ts';
import { hasShared, shared } from './shared-folder.ts';

type Arrays = ReadonlyMap<string, NdArray>;

interface Case {
  readonly source: Model;
  /** Weights by name of the initializer. */
  readonly weights: Arrays;
  readonly order: 'now' | 'delayed';
  readonly surrogate: 'stdb' | 'linear';
  readonly thresholds: readonly number[];
  readonly leaks: readonly number[];
  readonly amplitudes: readonly number[];
  readonly steps: number;
  /** x [N, …], or running means [T·N, …]. */
  readonly input: NdArray;
  readonly timedInput: boolean;
  readonly labels: readonly number[];
}

const parameterNames = ['threshold', 'leak', 'amplitude'] as const;

/** The trained graph of a case with everything that is trained as an input, and their values. */
async function trainedGraph(given: Case) {
  const sites = activationSites(given.source.graph);
  const attributes = leakyIntegrateAndFire.attributes.parse({ fires: 'exceeding', order: given.order });
  const own = sites.map((_, i) => ({
    threshold: given.thresholds[i]!,
    initialPotential: 0,
    leak: given.leaks[i]!,
    amplitude: given.amplitudes[i]!,
  }));
  const placed = sites.map((site, i) => ({
    ...site,
    ...neuronSpec(leakyIntegrateAndFire, attributes, own[i]!),
  }));
  const { labels, steps, surrogate } = given;
  const unrolled = unrollSpiking(toSpikingForm(given.source, placed, steps), {
    steps,
    batchSize: labels.length,
    surrogate: surrogate === 'stdb' ? { kind: 'spike-timing' } : { kind: 'linear' },
    readout: 'sum',
    timedInput: given.timedInput,
    tie: false,
  });
  const { model } = unrolled;
  const { graph } = model;
  const inputs = new Map<string, NdArray>([['x', given.input], ...given.weights]);
  for (const [i, { name }] of sites.entries())
    for (const parameter of parameterNames)
      inputs.set(`${name}.${parameter}`, ndArray([], Float64Array.of(own[i]![parameter])));
  for (const name of inputs.keys()) if (name !== 'x') graph.removeInitializer(name);
  graph.setInputs([...inputs].map(([name, { shape }]) => ({ name, dataType: 'float32', shape: [...shape] })));
  const classes = graph.outputs[0]!.shape!.at(-1) as number;
  const targets = new Float64Array(labels.length * classes);
  for (const [row, label] of labels.entries()) targets[row * classes + label] = 1;
  graph.addInput({ name: 'targets', dataType: 'float32', shape: [labels.length, classes] });
  inputs.set('targets', ndArray([labels.length, classes], targets));
  losses['cross-entropy'](new GraphBuilder(graph), 'logits', 'targets');
  carryTrainingOperators(model, trainingOperators);
  const names = [...inputs.keys()].filter((name) => name !== 'x' && name !== 'targets');
  const result = await differentiate(model, 'loss', names);
  const spikes = sites.map(({ name }) => unrolled.sites.get(name)!.spikes);
  return { ...result, inputs, spikes, sites: sites.map(({ name }) => name) };
}

type Trained = Awaited<ReturnType<typeof trainedGraph>>;

/** Everything wanted of the trained graph, in float64 and in float32. */
async function bothPrecisions({ model, inputs, gradients, spikes }: Trained) {
  const keep = new Set([...gradients.values(), ...spikes.flat(), 'logits', 'loss']);
  const double = evaluateModel(withExactConstants(model), inputs, { keep });
  const exposed = exposeValues(model, keep, false);
  const given = new Map<string, FloatTensor>();
  for (const [name, { shape, data }] of inputs) {
    if (name === 'x' || name === 'targets')
      given.set(name, { shape: [...shape], data: Float32Array.from(data) });
    else exposed.graph.setInitializer(name, Tensor.float32(shape, data));
  }
  exposed.graph.setInputs(exposed.graph.inputs.filter(({ name }) => given.has(name)));
  const session = await OrtSession.create(exposed);
  const single = await session.run(given);
  await session.release();
  return { double, single };
}

function mlp(weights: ReadonlyMap<string, NdArray>): Model {
  const graph = new Graph('mlp');
  const shapes = ['w1', 'w2', 'w3'].map((name) => weights.get(name)!.shape);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', shapes[0]![1]!] });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', shapes[2]![0]!] });
  const build = new GraphBuilder(graph);
  const linear = (input: string, name: string, options = {}) => {
    graph.setInitializer(name, Tensor.float32(weights.get(name)!.shape, weights.get(name)!.data));
    return build.op('Gemm', [input, name], { transB: 1 }, options);
  };
  const first = build.op('Relu', [linear('x', 'w1')], {}, { name: 'relu1' });
  const second = build.op('Relu', [linear(first, 'w2')], {}, { name: 'relu2' });
  linear(second, 'w3', { name: 'logits' });
  return new Model(graph, 17);
}

function cnn(weights: ReadonlyMap<string, NdArray>): Model {
  const graph = new Graph('cnn');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 1, 16, 16] });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 5] });
  const build = new GraphBuilder(graph);
  for (const [name, { shape, data }] of weights) graph.setInitializer(name, Tensor.float32(shape, data));
  const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const halves = { kernel_shape: [2, 2], strides: [2, 2] };
  const stage = (input: string, weight: string) =>
    build.op('AveragePool', [build.op('Relu', [build.op('Conv', [input, weight], window)])], halves);
  const flat = build.op('Flatten', [stage(stage('x', 'conv1'), 'conv2')], { axis: 1 });
  const hidden = build.op('Relu', [build.op('Gemm', [flat, 'fc1'], { transB: 1 })]);
  build.op('Gemm', [hidden, 'fc2'], { transB: 1 }, { name: 'logits' });
  return new Model(graph, 17);
}

async function arrays(...path: string[]): Promise<Map<string, NdArray>> {
  const found = await readNpz(shared('golden', ...path));
  return new Map(
    [...found].map(([name, { shape, data }]) => [name, ndArray(shape, Float64Array.from(data, Number))]),
  );
}

/** Running means of what is given for each step, [T, N, …] → [T·N, …]. */
function runningMeans({ shape, data }: NdArray): NdArray {
  const [steps = 1, rows = 1, ...rest] = shape;
  const size = data.length / steps;
  const sums = new Float64Array(size);
  const means = Float64Array.from(data, (value, i) => {
    sums[i % size]! += value;
    return sums[i % size]! / (Math.floor(i / size) + 1);
  });
  return ndArray([steps * rows, ...rest], means);
}

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(tolerance);
}

interface MlpCase {
  readonly order: 'now' | 'delay';
  readonly kind: 'stdb' | 'linear';
  readonly leak: readonly number[];
  readonly theta: readonly number[];
  readonly amp: readonly number[];
  readonly poisson?: boolean;
  readonly T: number;
  readonly loss: number;
}

describe.skipIf(!hasShared('golden', 'stdb-mlp'))('an unrolled network of two spiking layers', () => {
  const meta = hasShared('golden', 'stdb-mlp')
    ? (JSON.parse(readFileSync(shared('golden', 'stdb-mlp', 'meta.json'), 'utf8')) as {
        labels: number[];
        cases: Record<string, MlpCase>;
      })
    : { labels: [], cases: {} };

  test.each(Object.keys(meta.cases))(
    '%s: spikes, logits and gradients of an independent implementation',
    async (name) => {
      const settings = meta.cases[name]!;
      const given = await arrays('stdb-mlp', 'weights.npz');
      const weights = new Map(['w1', 'w2', 'w3'].map((each) => [each, given.get(each)!]));
      const trained = await trainedGraph({
        source: mlp(weights),
        weights,
        order: settings.order === 'now' ? 'now' : 'delayed',
        surrogate: settings.kind,
        thresholds: settings.theta,
        leaks: settings.leak,
        amplitudes: settings.amp,
        steps: settings.T,
        input: settings.poisson ? runningMeans(given.get('poisson')!) : given.get('x')!,
        timedInput: settings.poisson === true,
        labels: meta.labels,
      });
      const expected = await arrays('stdb-mlp', `${name}.npz`);
      const { double, single } = await bothPrecisions(trained);
      expectNear(double.get('logits')!.data, expected.get('logits')!.data, 1e-12);
      expectNear(double.get('loss')!.data, [settings.loss], 1e-12);
      for (const [layer, steps] of trained.spikes.entries()) {
        const emitted = steps.flatMap((value) =>
          [...double.get(value)!.data].map((spike) => Number(spike !== 0)),
        );
        expect(emitted).toEqual([...expected.get(`spikes${layer + 1}`)!.data].map(Number));
      }
      const compare = (value: string, wanted: ArrayLike<number>) => {
        const gradient = trained.gradients.get(value)!;
        expect(relativeError(double.get(gradient)!.data, wanted)).toBeLessThan(1e-10);
        expect(relativeError(single.get(gradient)!.data, wanted)).toBeLessThan(1e-3);
      };
      for (const each of weights.keys()) compare(each, expected.get(`grad_${each}`)!.data);
      for (const [i, site] of trained.sites.entries())
        for (const [parameter, stem] of [
          ['threshold', 'grad_theta'],
          ['leak', 'grad_leak'],
          ['amplitude', 'grad_amplitude'],
        ] as const)
          compare(`${site}.${parameter}`, [expected.get(stem)!.data[i]!]);
    },
  );
});

interface CnnCase {
  readonly loss: number;
  readonly thresholds: Readonly<Record<string, number>>;
}

describe.skipIf(!hasShared('golden', 'stdb-cnn'))('an unrolled convolutional network', () => {
  test.each(['stdb_leak1.0', 'stdb_leak0.9', 'linear_leak1.0', 'linear_leak0.9'])(
    '%s: logits and gradients of the published code',
    async (name) => {
      const meta = JSON.parse(readFileSync(shared('golden', 'stdb-cnn', 'meta.json'), 'utf8')) as Record<
        string,
        CnnCase
      >;
      const settings = meta[name]!;
      const weights = await arrays('stdb-cnn', 'weights.npz');
      const images = await readNpy(shared('golden', 'stdb-cnn', 'images.npy'));
      const labels = await readNpy(shared('golden', 'stdb-cnn', 'labels.npy'));
      const leak = Number(name.split('leak')[1]);
      const trained = await trainedGraph({
        source: cnn(weights),
        weights,
        order: 'delayed',
        surrogate: name.startsWith('stdb') ? 'stdb' : 'linear',
        thresholds: Object.values(settings.thresholds),
        leaks: [leak, leak, leak],
        amplitudes: [1, 1, 1],
        steps: 8,
        input: ndArray(images.shape, Float64Array.from(images.data, Number)),
        timedInput: false,
        labels: Array.from(labels.data, Number),
      });
      const expected = await arrays('stdb-cnn', `${name}.npz`);
      const { double, single } = await bothPrecisions(trained);
      expectNear(double.get('logits')!.data, expected.get('output')!.data, 1e-12);
      expectNear(double.get('loss')!.data, [settings.loss], 1e-12);
      for (const each of weights.keys()) {
        const gradient = trained.gradients.get(each)!;
        const wanted = expected.get(`grad_${each}`)!.data;
        const tolerance = name.startsWith('stdb') ? 1e-10 : 1e-6;
        expect(relativeError(double.get(gradient)!.data, wanted)).toBeLessThan(tolerance);
        expect(relativeError(single.get(gradient)!.data, wanted)).toBeLessThan(1e-3);
      }
    },
  );
});
