import { expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { planRun } from '../plan-run.ts';
import { useIntegerSynapses } from './integer-synapses.ts';
import { createSegmentedEngine } from './segmented-engine.ts';
import { randomImages, randomNumbers, withEightLevels } from './small-networks.fixture.ts';
import { splitProducts } from './split-products.ts';
import { withoutTimeAxis } from './without-time-axis.ts';

/** Three linear operators; what the second makes of [N, 3, 8] is cut into parts of 4 and 6, and one is doubled. */
function network(axis: number): Model {
  const graph = new Graph('parts');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 3, 8] });
  const weight = (name: string, inputs: number, outputs: number) =>
    build.constant(name, Tensor.float32([inputs, outputs], randomNumbers(inputs * outputs, 1, inputs)));
  const first = build.op('MatMul', ['x', weight('first.weight', 8, 8)], {}, { name: 'first' });
  const product = build.op('MatMul', [first, weight('middle.weight', 8, 10)], {}, { name: 'middle' });
  const bias = build.constant('bias', Tensor.float32([10], randomNumbers(10, 1, 7)));
  const sum = build.op('Add', [product, bias]);
  const [left, right] = build.ops('Split', [sum, build.integers('lengths', [4, 6])], 2, { axis });
  const doubled = build.op('Mul', [left!, build.constant('two', Tensor.float32([], Float32Array.of(2)))]);
  const joined = build.op('Concat', [right!, doubled], { axis: 2 });
  const flat = build.op('Flatten', [joined], { axis: 1 });
  const logits = build.op('MatMul', [flat, weight('head.weight', 30, 4)], {}, { name: 'head' });
  graph.addOutput({ name: logits, dataType: 'float32', shape: ['batch', 4] });
  return new Model(graph, 17);
}

const spiking = (axis: number) => withEightLevels(network(axis));

function productsOf(model: Model) {
  const plan = planRun(model);
  const { model: step } = withoutTimeAxis(plan.model, [plan.logits]);
  const { products } = useIntegerSynapses(step, plan.sites, plan.steps);
  return splitProducts(step, products);
}

it('parts of a product that is cut along its last axis are products of their own', () => {
  const channels = [...productsOf(spiking(-1))].map(([name, product]) => [name, product.channels]);
  expect(channels).toEqual([
    ['middle.0', { from: 0, to: 4 }],
    ['middle.1', { from: 4, to: 10 }],
  ]);
});

it('a product that may be cut along another axis stays whole', () => {
  expect([...productsOf(spiking(2))].map(([name]) => name)).toEqual(['middle']);
});

it.each([2, 3])('both give the same results with %i images', async (batch) => {
  const engines = await Promise.all(
    [-1, 2].map((axis) => createSegmentedEngine(planRun(spiking(axis)), { synapses: 'int8' })),
  );
  const input = randomImages([batch, 3, 8]);
  const [cut, whole] = await Promise.all(engines.map((engine) => engine.run(input)));
  expect(cut!.logits).toEqual(whole!.logits);
  expect(cut!.logits.data.some((value) => value !== 0)).toBe(true);
  await Promise.all(engines.map((engine) => engine.close()));
});
