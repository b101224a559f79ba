import { beforeAll, describe, expect, it } from 'vitest';
import { convertedPerceptron, perceptronInputs } from '../conformance/small-perceptron.ts';
import { convert } from '../conversion/convert.ts';
import { int8In45nm } from '../energy/devices/45nm-int8.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { methodNamed } from '../methods/methods.ts';
import { chipNamed } from './chips/chips.ts';
import { spikeOnceChip } from './chips/spike-once.ts';
import { fanOut } from './fan-out.ts';
import { simulate } from './simulate.ts';

const options = { chip: spikeOnceChip, device: int8In45nm, lanes: 8, engine: createOracleEngine };
const input = perceptronInputs(5, 9);
const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);

const networks = new Map<string, Model>();
beforeAll(async () => {
  for (const method of ['spike-once', 'rate', 'ecmt']) {
    const own = methodNamed(method);
    const { model } = await convertedPerceptron(own, own.defaultPreset, 4);
    networks.set(method, model);
  }
});
const network = (method: string) => networks.get(method) ?? Promise.reject(new Error(method));

describe('the event-driven accelerator', () => {
  it('takes Σ ⌈f/P⌉ + K·⌈n/P⌉ cycles, fetches a row a spike and adds a weight a synapse', () => {
    const layer = {
      operator: 'op',
      targets: 20,
      events: [[20, 20, 9], [], [3]],
      scaling: 'none' as const,
      payloadBits: 0,
      macs: 0,
      steps: 3,
    };
    expect(spikeOnceChip.run(layer, { lanes: 8 })).toEqual({
      cycles: 3 + 3 + 2 + 1 + 3 * 3,
      queueDepth: 3,
      fetches: 4,
      accumulations: 52,
      macs: 0,
      updates: 60,
    });
    expect(spikeOnceChip.run({ ...layer, events: [], macs: 100 }, { lanes: 8 }).cycles).toBe(9 + 13);
  });

  it.each(['spike-once', 'rate', 'ecmt'])(
    'counts the spikes of %s that the engine counts',
    async (method) => {
      const own = await network(method);
      const { activity } = await createOracleEngine(planRun(own, { statistics: true })).run(input);
      const { layers, total, samples } = await simulate(own, [input], options);
      expect(samples).toBe(5);
      const isOnce = method === 'spike-once';
      // Each site of this network feeds one operator; a run of slots is the last one alone.
      const emitted = Object.values(activity?.spikes ?? {}).map((counts) =>
        isOnce ? (counts.at(-1) ?? 0) : sum(counts),
      );
      expect(5 * total.fetches).toBe(sum(emitted));
      const widths = { 'spike-once': [24, 24, 3], rate: [24, 3], ecmt: [24] }[method] ?? [];
      const operations = sum(emitted.map((count, i) => count * (widths[i] ?? 0)));
      expect(5 * total.accumulations).toBeCloseTo(operations, 9);
      expect(layers.map(({ operator }) => operator)).toEqual(['first', 'second', 'logits']);
    },
  );

  it('has the energy of the prices of the device, by hand', async () => {
    const { layers } = await simulate(await network('spike-once'), [input], options);
    const { accumulate, weightWord, add, stateWord } = int8In45nm.figures;
    const price = (figure: typeof accumulate | string) =>
      typeof figure === 'string' ? 0 : figure.picojoules;
    for (const { accumulations, updates, fetches, nanojoules, operator } of layers) {
      const targets = operator === 'logits' ? 3 : 24;
      const arithmetic = accumulations * (price(accumulate) + price(weightWord)) + 2 * updates * price(add);
      const state = 2 * (updates - targets) * price(stateWord);
      const moved = (2 * fetches * price(stateWord)) / int8In45nm.stateBits;
      expect(nanojoules).toBeCloseTo((arithmetic + state + moved) / 1000, 9);
    }
  });

  it('multiplies where no spikes arrive: the first operator of a rate code, once', async () => {
    const { layers } = await simulate(await network('rate'), [input], options);
    expect(layers.map(({ macs }) => macs)).toEqual([8 * 24, 0, 0]);
  });

  it('knows how many synapses an input of a convolution has, at its borders too', async () => {
    const graph = new Graph('conv');
    const build = new GraphBuilder(graph);
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2, 5, 4] });
    const weight = build.constant('w', Tensor.float32([6, 1, 3, 2], new Float32Array(36).fill(1)));
    const attributes = {
      pads: [1, 0, 1, 1],
      strides: [2, 1],
      dilations: [1, 2],
      group: 2,
      kernel_shape: [3, 2],
    };
    build.op('Conv', ['x', weight], attributes, { name: 'y' });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 6, 3, 3] });
    const model = new Model(graph, 17);
    const node = graph.nodes[0];
    if (!node) throw new Error('no convolution');
    const shapes = { operand: [1, 2, 5, 4], weight: [6, 1, 3, 2], output: [1, 6, 3, 3] };
    const found = fanOut(node, shapes, 0);
    for (let i = 0; i < 40; i++) {
      const one = new Float64Array(40);
      one[i] = 1;
      const y = evaluateModel(model, { x: ndArray([1, 2, 5, 4], one) }).get('y');
      expect(found[i]).toBe(sum(Array.from(y?.data ?? [])));
    }
  });

  it('takes what a convolution leaves out as ONNX does: no strides, dilations or padding', () => {
    const graph = new Graph('conv');
    const build = new GraphBuilder(graph);
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 1, 3, 3] });
    const weight = build.constant('w', Tensor.float32([5, 1, 2, 2], new Float32Array(20).fill(1)));
    build.op('Conv', ['x', weight], {}, { name: 'y' });
    const [node] = graph.nodes;
    if (!node) throw new Error('no convolution');
    const shapes = { operand: [1, 1, 3, 3], weight: [5, 1, 2, 2], output: [1, 5, 2, 2] };
    expect(Array.from(fanOut(node, shapes, 0))).toEqual([5, 10, 5, 10, 20, 10, 5, 10, 5]);
  });

  it('lets spikes through max-pooling arrive in the slot of the earliest', async () => {
    const graph = new Graph('pooled');
    const build = new GraphBuilder(graph);
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4] });
    const eye = Float32Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0));
    const hidden = build.op('Relu', [
      build.op('MatMul', ['x', build.constant('w1', Tensor.float32([4, 4], eye))]),
    ]);
    const square = build.op('Reshape', [hidden, build.integers('square', [-1, 1, 2, 2])]);
    const pooled = build.op('MaxPool', [square], { kernel_shape: [2, 2] });
    const flat = build.op('Flatten', [pooled], { axis: 1 });
    build.op('MatMul', [flat, build.constant('w2', Tensor.float32([1, 2], [1, 2]))], {}, { name: 'y' });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 2] });
    const shown = { shape: [1, 4], data: Float32Array.of(0.2, 1, 0.4, 0) };
    const { model } = await convert(new Model(graph, 17), {
      method: methodNamed('spike-once'),
      preset: 'max',
      steps: 4,
      calibration: () => [shown],
    });
    const { layers } = await simulate(model, [shown], options);
    // 0.2, 1 and 0.4 of four slots come in the slots 3, 0 and 2; the pooled spike alone.
    expect(layers.map(({ fetches, queueDepth }) => [fetches, queueDepth])).toEqual([
      [3, 1],
      [1, 1],
    ]);
  });

  it('is found by its name', () => {
    expect(chipNamed('spike-once')).toBe(spikeOnceChip);
    expect(() => chipNamed('abacus')).toThrow(
      "hardware 'abacus': expected one of spike-once, got an unknown name. Choose a known model of hardware.",
    );
  });
});
