import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { synapticInputSites } from '../analysis/spike-sites.ts';
import { ladderThresholds } from '../dynamics/ladder.ts';
import { evaluateSource } from '../engines/evaluate-source.fixture.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { toBinarySpikes } from '../exporters/to-binary-spikes.ts';
import { readOnnx } from '../files/read-onnx.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import {
  differentialMultiThreshold,
  differentialThresholds,
} from '../neurons/differential-multi-threshold.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { correctionsIn, withCorrections } from './bias-correction.ts';
import { foldCorrections } from './fold-corrections.ts';
import type { NeuronSpec } from './neuron-node.ts';
import { toSourceForm, toSpikingForm } from './spiking-form.ts';

const folder = mkdtempSync(join(tmpdir(), 'bias-correction-'));
afterAll(() => rmSync(folder, { recursive: true }));

const wave = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + phase));
const images = { shape: [2, 2, 5, 5], data: wave(100, 1) };
const steps = 3;

/** Every way in which a bias stands beside a weight, the biases given so that they can be changed by hand. */
function network(shift: Readonly<Record<string, Float32Array>> = {}): Model {
  const graph = new Graph('biases');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2, 5, 5] }]);
  const build = new GraphBuilder(graph);
  const weight = (phase: number, ...shape: number[]) =>
    build.constant('weight', Tensor.float32(shape, wave(sizeOf(shape), phase)));
  const bias = (operator: string, size: number, phase: number) => {
    const values = Float64Array.from(wave(size, phase), (value, i) => value + (shift[operator]?.[i] ?? 0));
    return build.constant(`${operator}.bias`, Tensor.float64([size], values));
  };
  const first = build.op('Relu', [build.op('Conv', ['x', weight(1, 4, 2, 3, 3)], {}, { name: 'first' })]);
  const conv = build.op('Conv', [first, weight(2, 4, 4, 2, 2), bias('conv', 4, 3)], {}, { name: 'conv' });
  const flat = build.op('Flatten', [build.op('Relu', [conv])], { axis: 1 });
  const gemm = build.op(
    'Gemm',
    [flat, weight(4, 6, 16), bias('gemm', 6, 5)],
    { transB: 1 },
    { name: 'gemm' },
  );
  const turned = build.op('Transpose', [weight(6, 5, 6)], { perm: [1, 0] });
  const product = build.op('MatMul', [build.op('Tanh', [gemm]), turned], {}, { name: 'matmul' });
  const sum = build.op('Add', [bias('matmul', 5, 7), product]);
  const bare = build.op('MatMul', [build.op('Relu', [sum]), weight(8, 5, 3)], {}, { name: 'bare' });
  const biased = build.op('Add', [bare, bias('bare', 3, 9)]);
  const head = build.op('Gemm', [build.op('Relu', [biased]), weight(10, 3, 4)], {}, { name: 'head' });
  graph.setOutputs([{ name: head, dataType: 'float32', shape: ['batch', 4] }]);
  return new Model(graph, 17);
}

const shifts = { conv: wave(4, 20), gemm: wave(6, 21), matmul: wave(5, 22), bare: wave(3, 23) };
const corrections = new Map([
  ['conv', Tensor.float32([4, 1, 1], shifts.conv)],
  ['gemm', Tensor.float32([6], shifts.gemm)],
  ['matmul', Tensor.float32([5], shifts.matmul)],
  ['bare', Tensor.float32([3], shifts.bare)],
]);

const ladder = { levels: 4, base: 2, rule: 'nearest' };
const differential: NeuronSpec = {
  neuron: differentialMultiThreshold,
  attributes: ladder,
  parameters: differentialThresholds(0.125, 0.125),
};

function spiking(source: Model, spec: NeuronSpec = differential): Model {
  const sites = synapticInputSites(source.graph);
  return toSpikingForm(
    source,
    sites.map((site) => ({ ...site, ...spec })),
    steps,
  );
}

const inFloat64 = async (model: Model) => (await createOracleEngine(planRun(model)).run(images)).logits.data;

async function inFloat32(make: typeof createInGraphEngine, model: Model) {
  const engine = await make(planRun(model));
  return (await engine.run(images).finally(() => engine.close())).logits.data;
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);

/** Biases as float32, as a file holds them. */
function inSinglePrecision(model: Model): Model {
  for (const [name, tensor] of model.graph.initializers) {
    if (tensor.dataType === 'float64') {
      model.graph.setInitializer(name, Tensor.float32(tensor.shape, tensor.toNumbers()));
    }
  }
  return model;
}

describe('withCorrections', () => {
  it('does what a bias with the correction added by hand does, in float64 to the last digits', async () => {
    const corrected = withCorrections(spiking(network()), corrections);
    const byHand = spiking(network(shifts));
    expect(difference(await inFloat64(corrected), await inFloat64(byHand))).toBeLessThan(1e-12);
    expect(difference(await inFloat64(corrected), await inFloat64(spiking(network())))).toBeGreaterThan(0.1);
  });

  it('is the same in the fast engine, in the graph, and after a round trip through a file', async () => {
    const corrected = withCorrections(spiking(inSinglePrecision(network())), corrections);
    const expected = await inFloat64(corrected);
    expect(difference(await inFloat32(createSegmentedEngine, corrected), expected)).toBeLessThan(1e-4);
    expect(difference(await inFloat32(createInGraphEngine, corrected), expected)).toBeLessThan(1e-4);
    const path = join(folder, 'corrected.snn.onnx');
    await writeOnnx(corrected, path);
    const read = await readOnnx(path);
    expect(correctionsIn(read.graph)).toHaveLength(4);
    expect(await inFloat64(read)).toEqual(expected);
  });

  it('stays in the binary-spike form', async () => {
    const spec = { neuron: multiThreshold, attributes: ladder, parameters: ladderThresholds(0.125, 0.125) };
    const corrected = withCorrections(spiking(inSinglePrecision(network()), spec), corrections);
    const binary = await inFloat64(await toBinarySpikes(corrected));
    expect(difference(binary, await inFloat64(corrected))).toBeLessThan(1e-12);
  });

  it('leaves the source network as it was', async () => {
    const source = network();
    const restored = toSourceForm(withCorrections(spiking(source), corrections));
    expect(evaluateSource(restored, images)).toEqual(evaluateSource(source, images));
    expect(restored.functions).toEqual([]);
  });
});

describe('foldCorrections', () => {
  it('leaves no operator where a bias stands beside the weight', async () => {
    const corrected = withCorrections(spiking(inSinglePrecision(network())), corrections);
    const folded = corrected.clone();
    foldCorrections(folded);
    const types = (model: Model) => model.graph.nodes.map(({ opType }) => opType);
    expect(types(folded)).toEqual(types(spiking(network())));
    expect(difference(await inFloat64(folded), await inFloat64(corrected))).toBeLessThan(1e-5);
  });

  it('makes a bias for an operator that has none, or else an Add', async () => {
    const source = network();
    const { graph } = source;
    const [conv, gemm] = ['conv', 'gemm'].map((name) => graph.nodes.find((each) => each.name === name)!);
    for (const each of [conv!, gemm!]) graph.update(each, { inputs: each.inputs.slice(0, 2) });
    const adding = graph.consumersOf('bare')[0]!;
    graph.redirectConsumers(adding.outputs[0]!, 'bare');
    const corrected = withCorrections(spiking(inSinglePrecision(source)), corrections);
    const folded = corrected.clone();
    foldCorrections(folded);
    const before = spiking(source).graph.nodes.length;
    expect(folded.graph.nodes.length).toBe(before + 1);
    expect(correctionsIn(folded.graph)).toEqual([]);
    expect(difference(await inFloat64(folded), await inFloat64(corrected))).toBeLessThan(1e-12);
  });
});
