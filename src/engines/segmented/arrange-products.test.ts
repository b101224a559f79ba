import { expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { planRun } from '../plan-run.ts';
import { arrangeProducts } from './arrange-products.ts';
import { useIntegerSynapses } from './integer-synapses.ts';
import { createSegmentedEngine } from './segmented-engine.ts';
import { randomImages, randomNumbers, withEightLevels } from './small-networks.fixture.ts';
import { withoutTimeAxis } from './without-time-axis.ts';

/** What stands between two linear operators: [N, 5, 12] is seen as `lengths` and its axes change places. */
interface Order {
  readonly lengths: readonly number[];
  readonly perm: readonly number[];
  /** Something else reads the product, too. */
  readonly shared?: boolean;
}

function network({ lengths, perm, shared }: Order): Model {
  const graph = new Graph('heads');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 5, 8] });
  const weight = (name: string, inputs: number, outputs: number) =>
    build.constant(name, Tensor.float32([inputs, outputs], randomNumbers(inputs * outputs, 1, inputs)));
  const first = build.op('MatMul', ['x', weight('first.weight', 8, 8)], {}, { name: 'first' });
  const product = build.op('MatMul', [first, weight('weight', 8, 12)], {}, { name: 'product' });
  const sum = build.op('Add', [
    product,
    build.constant('bias', Tensor.float32([12], randomNumbers(12, 1, 7))),
  ]);
  const seen = build.op('Reshape', [sum, build.integers('lengths', lengths)]);
  const moved = build.op('Transpose', [seen], { perm: [...perm] });
  const flat = build.op('Flatten', [moved], { axis: 1 });
  const logits = build.op('MatMul', [flat, weight('head.weight', 60, 4)], {}, { name: 'head' });
  const means = () => build.op('ReduceMean', [sum], { axes: [1], keepdims: 0 });
  const rest = () => build.op('ReduceMean', [means()], { axes: [1], keepdims: 1 });
  const all = shared ? build.op('Add', [logits, rest()]) : logits;
  graph.addOutput({ name: all, dataType: 'float32', shape: ['batch', 4] });
  return new Model(graph, 17);
}

const spiking = (order: Order) => withEightLevels(network(order));

function arrangementOf(order: Order) {
  const plan = planRun(spiking(order));
  const { model: step } = withoutTimeAxis(plan.model, [plan.logits]);
  const { products } = useIntegerSynapses(step, plan.sites, plan.steps);
  return arrangeProducts(step, products).get('product')!.arrangement;
}

const byHead = { lengths: [0, 5, 3, 4], perm: [0, 2, 1, 3] };
const byChannel = { lengths: [-1, 5, 3, 4], perm: [0, 2, 3, 1] };

it('products are written head by head where that is how they are read', () => {
  expect(arrangementOf(byHead)).toEqual({ kind: 'by-head', places: 5, heads: 3 });
  expect(arrangementOf(byChannel)).toEqual({ kind: 'by-channel', places: 5, heads: 3 });
});

it.each([
  ['another order', { lengths: [0, 5, 3, 4], perm: [0, 3, 1, 2] }],
  ['lengths that are not said', { lengths: [0, 0, 3, 4], perm: [0, 2, 1, 3] }],
  ['channels that are not together', { lengths: [0, 3, 5, 4], perm: [0, 2, 1, 3] }],
  ['another reader', { ...byHead, shared: true }],
])('%s: products stay as they are', (_, order) => {
  expect(arrangementOf(order)).toBeUndefined();
});

it.each([
  ['by head', byHead],
  ['by channel', byChannel],
])('%s the results are the same', async (_, order) => {
  const arranged = await createSegmentedEngine(planRun(spiking(order)), { synapses: 'int8' });
  const plain = await createSegmentedEngine(planRun(spiking({ ...order, shared: true })), {
    synapses: 'int8',
  });
  for (const batch of [1, 3]) {
    const input = randomImages([batch, 5, 8]);
    const [got, expected] = await Promise.all([arranged.run(input), plain.run(input)]);
    const rest = got.logits.data.map((value, i) => expected.logits.data[i]! - value);
    // What the other reader adds is the same for the four logits of an image.
    for (let i = 0; i < rest.length; i++) expect(rest[i]).toBeCloseTo(rest[i - (i % 4)]!, 4);
    expect(got.logits.data.some((value) => value !== 0)).toBe(true);
  }
  await Promise.all([arranged, plain].map((engine) => engine.close()));
});
