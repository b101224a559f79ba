import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { differentiate } from '../../src/differentiation/differentiate.ts';
import { carryTrainingOperators } from '../../src/differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../src/differentiation/operators/training-operators.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { evaluateModel } from '../../src/interpreter/evaluate-model.ts';
import { withExactConstants } from '../../src/interpreter/exact-constants.ts';
import { type NdArray, ndArray } from '../../src/interpreter/nd-array.ts';
import { lookUp } from '../../src/look-up.ts';
import { leakyIntegrateAndFire } from '../../src/neurons/leaky-integrate-and-fire.ts';
import { readersOf } from '../../src/spiking/neuron-node.ts';
import { unrollIntervals } from '../../src/training/spiking/unroll-intervals.ts';
import { losses } from '../../src/training/step/losses.ts';
import { hasShared, shared } from './shared-folder.ts';

interface Meta {
  readonly steps: number;
  readonly interval: number;
  readonly leak: readonly [number, number];
  readonly theta: readonly [number, number];
  readonly gamma: number;
  readonly loss: number;
  readonly border_spikes_per_interval: number;
}

const leaks = ['lif1.leak', 'lif2.leak'];
const weights = ['k1', 'b1', 'k2', 'b2', 'a1w', 'a1b', 'a2w', 'a2b'];

describe.skipIf(!hasShared('golden', 'hybrid'))('golden hybrid network', () => {
  let arrays: ReadonlyMap<string, NdArray>;
  let meta: Meta;
  let results: ReadonlyMap<string, NdArray>;

  const golden = (name: string) => lookUp(arrays, name, 'array');

  /** The network of frames, with identities where neurons are to stand. */
  function frames(): Model {
    const graph = new Graph('hybrid');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2, 6, 6] });
    graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 3] });
    for (const name of weights) {
      graph.setInitializer(name, Tensor.float32(golden(name).shape, golden(name).data));
    }
    const build = new GraphBuilder(graph);
    const pads = [1, 1, 1, 1];
    const first = build.op('Conv', ['x', 'k1', 'b1'], { pads });
    const second = build.op('Conv', [build.op('Relu', [first], {}, { name: 'lif1' }), 'k2', 'b2'], {
      pads,
      strides: [2, 2],
    });
    const border = build.op(
      'Identity',
      [build.op('Relu', [second], {}, { name: 'lif2' })],
      {},
      { name: 'border' },
    );
    const flat = build.op('Flatten', [border]);
    const hidden = build.op('Relu', [build.op('Gemm', [flat, 'a1w', 'a1b'], { transB: 1 })]);
    build.op('Gemm', [hidden, 'a2w', 'a2b'], { transB: 1 }, { name: 'logits' });
    return new Model(graph, 17);
  }

  beforeAll(async () => {
    const found = await readNpz(shared('golden', 'hybrid', 'data.npz'));
    arrays = new Map(
      [...found].map(([name, { shape, data }]) => [name, ndArray(shape, Float64Array.from(data, Number))]),
    );
    meta = JSON.parse(readFileSync(shared('golden', 'hybrid', 'meta.json'), 'utf8'));
    results = await trainOnce(frames());
  });

  async function trainOnce(model: Model): Promise<ReadonlyMap<string, NdArray>> {
    const { graph } = model;
    const { steps, interval, leak, theta, gamma } = meta;
    const placed = ['lif1', 'lif2'].map((name, i) => ({
      name,
      value: graph.producerOf(name)?.inputs[0] ?? '',
      readers: readersOf(graph, name),
      neuron: leakyIntegrateAndFire,
      attributes: leakyIntegrateAndFire.attributes.parse({}),
      parameters: { threshold: theta[i] ?? 0, leak: leak[i] ?? 0, initialPotential: 0, amplitude: 1 },
    }));
    const surrogate = { kind: 'linear', height: gamma } as const;
    const sites = unrollIntervals(model, placed, {
      border: 'border',
      steps,
      interval,
      batchSize: 3,
      surrogate,
    });
    graph.setInputs(
      [...inputs()].map(([name, { shape }]) => {
        graph.removeInitializer(name);
        return { name, dataType: 'float32', shape: [...shape] };
      }),
    );
    losses['interval-cross-entropy'](new GraphBuilder(graph), 'logits', 'targets');
    graph.addOutput({ name: 'loss', dataType: 'float32', shape: [] });
    carryTrainingOperators(model, trainingOperators);
    const { model: trained, gradients } = await differentiate(model, 'loss', [...weights, ...leaks]);
    for (const [name, value] of gradients) names.set(name, value);
    for (const { name, spikes } of sites) names.set(name, spikes);
    return evaluateModel(withExactConstants(trained), inputs(), {
      keep: new Set([...names.values(), 'logits', 'loss']),
    });
  }

  const names = new Map<string, string>();

  /** Events [N, T, …], one-hot targets of all intervals, and the parameters, in float64. */
  function inputs(): Map<string, NdArray> {
    const { data } = golden('events');
    const size = 2 * 6 * 6;
    const x = new Float64Array(data.length);
    for (let t = 0; t < 12; t++) {
      for (let n = 0; n < 3; n++) {
        x.set(data.subarray((t * 3 + n) * size, (t * 3 + n + 1) * size) as Float64Array, (n * 12 + t) * size);
      }
    }
    const targets = new Float64Array(27);
    for (let row = 0; row < 9; row++)
      targets[row * 3 + Number(golden('labels').data[Math.floor(row / 3)])] = 1;
    const neurons = ['lif1', 'lif2'].flatMap((name, i): [string, NdArray][] => [
      [`${name}.leak`, ndArray([], Float64Array.of(meta.leak[i] ?? 0))],
      [`${name}.threshold`, ndArray([], Float64Array.of(meta.theta[i] ?? 0))],
    ]);
    return new Map([
      ['x', ndArray([3, 12, 2, 6, 6], x)],
      ['targets', ndArray([3, 3, 3], targets)],
      ...weights.map((name): [string, NdArray] => [name, golden(name)]),
      ...neurons,
    ]);
  }

  test('answers, spikes and loss agree within 1e-10', () => {
    const logits = lookUp(results, 'logits', 'output').data;
    const wanted = golden('logits').data;
    // Ours are [sample, interval, class], the golden ones [interval, sample, class].
    for (let n = 0; n < 3; n++)
      for (let i = 0; i < 3; i++)
        for (let k = 0; k < 3; k++)
          expect(
            Math.abs(Number(logits[(n * 3 + i) * 3 + k]) - Number(wanted[(i * 3 + n) * 3 + k])),
          ).toBeLessThan(1e-10);
    for (const [site, spikes] of [
      ['lif1', 'spikes1'],
      ['lif2', 'spikes2'],
    ] as const) {
      expect([...lookUp(results, names.get(site) ?? '', 'spikes').data]).toEqual([...golden(spikes).data]);
    }
    expect(Number(lookUp(results, 'loss', 'output').data[0])).toBeCloseTo(meta.loss, 10);
    const border = golden('spikes2').data.reduce((sum: number, each) => sum + Number(each), 0);
    expect(border / 9).toBeCloseTo(meta.border_spikes_per_interval, 10);
  });

  test.each(weights)('the gradient of %s through time agrees within 1e-10', (name) => {
    const got = lookUp(results, names.get(name) ?? '', 'gradient').data;
    const wanted = golden(`grad_${name}`).data;
    expect(got.length).toBe(wanted.length);
    for (const [i, each] of got.entries())
      expect(Math.abs(Number(each) - Number(wanted[i]))).toBeLessThan(1e-10);
  });
});
