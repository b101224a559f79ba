import { describe, expect, it } from 'vitest';
import { activationSites } from '../../analysis/activation-sites.ts';
import { drawInputs, relativeError } from '../../differentiation/central-differences.fixture.ts';
import { differentiate } from '../../differentiation/differentiate.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { type NdArray, ndArray } from '../../interpreter/nd-array.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import type { NeuronSpec } from '../../spiking/neuron-node.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import { tandemForm } from './tandem-form.ts';
import { tandemLayers } from './tandem-layers.ts';

const steps = 4;
const weights = new Map(
  [
    ...drawInputs(
      [4, 5, 5].map((rows) => ({ shape: [rows, 5], low: -0.6, high: 1 })),
      5,
    ),
  ].map(([, values], i) => [`w${i + 1}`, values] as const),
);
const batch = drawInputs([{ shape: [3, 4], low: -0.5, high: 1.5 }], 7).get('x0')!;

/** relu(x·w1) → relu(·w2) + the first → ·w3. */
function spiking(spec: NeuronSpec): Model {
  const graph = new Graph('residual');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4] });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 5] });
  for (const [name, { shape, data }] of weights) graph.setInitializer(name, Tensor.float32(shape, data));
  const build = new GraphBuilder(graph);
  const first = build.op('Relu', [build.op('MatMul', ['x', 'w1'])]);
  const second = build.op('Relu', [build.op('MatMul', [first, 'w2'])]);
  build.op('MatMul', [build.op('Add', [first, second]), 'w3'], {}, { name: 'logits' });
  const placed = activationSites(graph).map((site) => ({ ...site, ...spec }));
  return toSpikingForm(new Model(graph, 17), placed, steps);
}

const attributes = integrateAndFire.attributes.parse({});
const parameters = { threshold: 0.7, initialPotential: 0.2, amplitude: 0.6 };
const network = spiking({ neuron: integrateAndFire, attributes, parameters });

describe('tandemForm', () => {
  it('computes what the spiking network computes where all layers spike, and the source where none does', async () => {
    const all = await tandemForm(network, { steps, batchSize: 3, spikingLayers: 2 });
    const logits = evaluateModel(network, { x: batch })
      .get('logits')!
      .data.subarray((steps - 1) * 15);
    for (const [i, value] of evaluateModel(all.model, { x: batch }).get('logits')!.data.entries())
      expect(value).toBeCloseTo(logits[i]!, 6);
    const none = await tandemForm(network, { steps, batchSize: 3, spikingLayers: 0 });
    expect(none.model.graph.nodes.every(({ name }) => !name.startsWith('spiking/'))).toBe(true);
    expect(none.sites.map(({ sent }) => sent)).toEqual([undefined, undefined]);
  });

  it.each([1, 2])(
    'has the gradients of the network in which %i layers send their activation plus a constant',
    async (spikingLayers) => {
      const { model } = await tandemForm(network, { steps, batchSize: 3, spikingLayers });
      const { graph } = model;
      const squares = new GraphBuilder(graph).op('Mul', ['logits', 'logits']);
      new GraphBuilder(graph).op('ReduceMean', [squares], { keepdims: 0 }, { name: 'loss' });
      for (const name of weights.keys()) graph.removeInitializer(name);
      const inputs = new Map<string, NdArray>([['x', batch], ...weights]);
      graph.setInputs(
        [...inputs].map(([name, { shape }]) => ({ name, dataType: 'float32', shape: [...shape] })),
      );
      graph.setOutputs([{ name: 'loss', dataType: 'float32', shape: [] }]);
      const { model: both, gradients } = await differentiate(model, 'loss', [...weights.keys()]);
      const found = evaluateModel(both, inputs, { keep: new Set(gradients.values()) });
      const base = new Map<string, number[]>();
      const loss = (given: ReadonlyMap<string, NdArray>) =>
        evaluateModel(model, given, {
          custom: ({ opType, name }) =>
            opType !== 'CoupledAsIs'
              ? undefined
              : ([sent, activation]) => {
                  const { shape, data } = activation as NdArray;
                  const known = base.get(name) ?? Array.from(data, (a, i) => (sent as NdArray).data[i]! - a);
                  base.set(name, known);
                  return [
                    ndArray(
                      shape,
                      Array.from(data, (a, i) => a + known[i]!),
                    ),
                  ];
                },
        }).get('loss')!.data[0]!;
      loss(inputs);
      expect(base.size).toBe(spikingLayers);
      for (const [name, { shape, data }] of weights) {
        const differences = Array.from(data, (_, i) => {
          const at = (shift: number) => {
            const moved = Float64Array.from(data);
            moved[i]! += shift;
            return loss(new Map([...inputs, [name, ndArray(shape, moved)]]));
          };
          return (at(1e-5) - at(-1e-5)) / 2e-5;
        });
        expect(relativeError(found.get(gradients.get(name)!)!.data, differences)).toBeLessThan(1e-6);
      }
    },
  );

  it('tells the layers of a network with a shortcut, each with the weights that lead to its neurons', () => {
    expect(
      tandemLayers(network).map(({ site, weights: own }) => [
        site?.name,
        own.map(({ name, axis }) => [name, axis]),
      ]),
    ).toEqual([
      ['relu.out', [['w1', 1]]],
      ['relu_1.out', [['w2', 1]]],
      [undefined, [['w3', 1]]],
    ]);
  });
});
