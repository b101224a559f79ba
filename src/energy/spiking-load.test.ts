import { beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import type { Activity } from '../results/activity.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { countOperations, type Operations } from './count-operations.ts';
import { spikeDrivenShare } from './operator-labels.ts';
import { increments } from './realisations/increments.ts';
import { runningMeans } from './realisations/running-means.ts';
import { type SpikingLoad, spikingLoad } from './spiking-load.ts';

/** Attention over three tokens of four channels, a projection, a mean and a head of two classes. */
function attention(): Model {
  const graph = new Graph('attention');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 3, 4] }]);
  const build = new GraphBuilder(graph);
  const weight = (name: string, rows: number, columns: number) =>
    build.constant(
      name,
      Tensor.float32(
        [rows, columns],
        Array.from({ length: rows * columns }, (_, i) => Math.sin(i + name.length)),
      ),
    );
  const product = (name: string, a: string, b: string) => build.op('MatMul', [a, b], {}, { name });
  const [q, k, v] = ['q', 'kk', 'vvv'].map((name) => product(name, 'x', weight(`w.${name}`, 4, 4))) as [
    string,
    string,
    string,
  ];
  const turned = build.op('Transpose', [k], { perm: [0, 2, 1] });
  const attended = build.op('Softmax', [product('scores', q, turned)], { axis: -1 }, { name: 'softmax' });
  const mixed = product('mixed', attended, v);
  const projected = product('proj', mixed, weight('w.proj', 4, 4));
  const pooled = build.op('ReduceMean', [projected], { axes: [1], keepdims: 0 }, { name: 'mean' });
  const shifted = build.op(
    'Add',
    [pooled, build.constant('bias', Tensor.float32([4], [1, 2, 3, 4]))],
    {},
    { name: 'shift' },
  );
  product('y', shifted, weight('w.head', 4, 2));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  return new Model(graph, 17);
}

const images = { shape: [5, 3, 4], data: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * 1.7) * 2) };

let operations: Operations;
let activity: Activity;
let load: SpikingLoad;

beforeAll(async () => {
  const { model } = await convert(attention(), { method: ecmt, steps: 2, calibration: () => [images] });
  const source = toSourceForm(model);
  operations = await countOperations(source);
  const engine = await createInGraphEngine(planRun(model, { steps: 2, statistics: true }));
  activity = (await engine.run(images)).activity!;
  await engine.close();
  const neurons = new Map(sitesOf(model).map(({ name }) => [name, name.startsWith('mixed.a') ? 9 : 12]));
  load = spikingLoad(model, { graph: source.graph, operations }, activity, 5, neurons);
});

const namedWords = (sites: readonly { name: string; words: number }[]) =>
  Object.fromEntries(sites.map(({ name, words }) => [name, words]));

describe('countOperations', () => {
  it('counts synaptic and other operators as by hand', () => {
    expect(operations.synaptic.map(({ name, macs, words, outputs }) => [name, macs, words, outputs])).toEqual(
      [
        ['q', 48, 16, 12],
        ['kk', 48, 16, 12],
        ['vvv', 48, 16, 12],
        ['scores', 36, 12, 9],
        ['mixed', 36, 12, 12],
        ['proj', 48, 16, 12],
        ['y', 8, 8, 2],
      ],
    );
    // Softmax: largest, difference, sum and an exponential of 7 additions and 6 products, then one product.
    expect(
      operations.others.map(({ name, additions, multiplications }) => [name, additions, multiplications]),
    ).toEqual([
      ['softmax', 9 * 10, 9 * 7],
      ['mean', 12, 0],
      ['shift', 4, 0],
    ]);
    expect(operations.unknown).toEqual([]);
  });
});

describe('spikingLoad', () => {
  it('labels operators by what they need', () => {
    expect(Object.fromEntries(load.labels.map(({ name, label }) => [name, label]))).toEqual({
      q: 'analog',
      kk: 'analog',
      vvv: 'analog',
      scores: 'stateful',
      mixed: 'stateful',
      proj: 'spike',
      y: 'analog',
      softmax: 'stateful',
      mean: 'analog',
      shift: 'analog',
    });
    expect(spikeDrivenShare(load.labels)).toBeCloseTo(48 / (272 + 153 + 16), 12);
  });

  it('keeps in increments a sum for what softmax reads and passes on, and what products have emitted', () => {
    const { sums, sites, operators } = increments.realise(load);
    expect(sums).toBe(9 + 9);
    expect(namedWords(sites)).toEqual({
      'scores.a': 2,
      'scores.b': 2,
      'mixed.a': 2,
      'mixed.b': 2,
      'proj.in': 1,
    });
    expect(
      operators.flatMap(({ cost, ways }) => (ways[0]!.sums > 0 ? [[cost.name, ways[0]!.sums]] : [])),
    ).toEqual([
      ['scores', 9],
      ['mixed', 12],
    ]);
  });

  it('keeps on running means what neurons have emitted, and the output’s sum', () => {
    const { sums, constants, sites, others, operators } = runningMeans.realise(load);
    // Queries, keys and values never change; softmax and the projection read products, which are means.
    expect(namedWords(sites)).toEqual({
      'scores.a': 1,
      'scores.b': 1,
      'mixed.a': 1,
      'mixed.b': 1,
      'proj.in': 1,
    });
    expect(constants).toBe(3 * 12);
    // The projection, the mean and the head are linear: increments reach the output, where they are summed.
    expect(sums).toBe(2);
    expect(others.map(({ when }) => when)).toEqual(['every', 'every', 'every']);
    const denseIn = operators.map(({ cost, ways }) => [
      cost.name,
      ways.map(({ dense }) => dense ?? 'spikes'),
    ]);
    expect(Object.fromEntries(denseIn)).toEqual({
      q: ['first'],
      kk: ['first'],
      vvv: ['first'],
      scores: ['later', 'spikes'],
      mixed: ['later', 'spikes'],
      proj: ['spikes'],
      y: ['every'],
    });
  });

  it('finds the size of the output’s sum in the network that was converted, too', async () => {
    const source = attention();
    const { model } = await convert(source, { method: ecmt, steps: 2, calibration: () => [images] });
    const counted = { graph: source.graph, operations: await countOperations(source) };
    const neurons = new Map(sitesOf(model).map(({ name }) => [name, name.startsWith('mixed.a') ? 9 : 12]));
    expect(runningMeans.realise(spikingLoad(model, counted, activity, 5, neurons)).sums).toBe(2);
  });

  it('finds a level among 17 values by five comparisons', () => {
    expect(load.sites.map(({ comparisons }) => comparisons)).toEqual([5, 5, 5, 5, 5]);
  });

  it('gives products three terms and linear operators one, for one image', () => {
    const terms = Object.fromEntries(
      load.work.map(({ cost, terms: each }) => [cost.name, each.map(({ operations: of }) => of)]),
    );
    const perImage = (counts: readonly number[], factor = 1) => counts.map((count) => (count * factor) / 5);
    const { both, left, right } = activity.products.scores!;
    expect(terms.scores).toEqual([both, left, right].map((counts) => perImage(counts)));
    // Every spike of 12 inputs meets 4 weights.
    expect(terms.proj).toEqual([perImage(activity.spikes['proj.in']!, 4)]);
    expect(terms.q).toEqual([]);
  });
});
