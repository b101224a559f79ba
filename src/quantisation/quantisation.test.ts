import { describe, expect, it } from 'vitest';
import { cnnImages, residualCnn } from '../../test/conformance/residual-cnn.fixture.ts';
import { structureOf } from '../analysis/source-structure.ts';
import {
  runNetwork,
  tiny,
  tinyImages,
  tinyWeights,
  writeCheckpoint,
} from '../checkpoints/tiny-vit.fixture.ts';
import { convert } from '../conversion/convert.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { rate } from '../methods/rate.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { observeQuantisers } from '../quantisation/observe-quantisers.ts';
import { fitQuantiser, type Quantiser, quantise } from '../quantisers/quantiser.ts';
import { readWeights } from '../quantisers/read-weights.ts';
import { dequantise, quantiseWeights } from '../quantisers/weight-quantiser.ts';
import { measureSource } from '../sessions/measure-source.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { bitWidths } from './bit-widths.ts';
import { quantisationPlaces } from './quantisation-places.ts';
import { quantiseSource } from './quantise-source.ts';
import { quantisationPlacesOf, quantisedNetwork } from './quantised-networks.ts';
import { readQuantisers } from './quantiser-table.ts';

const bins = (values: readonly number[]) => values.map((value) => ({ value, count: 1 }));
const squaredError = (values: readonly number[], quantiser: Quantiser) =>
  values.reduce((sum, value) => sum + (quantise(value, quantiser) - value) ** 2, 0);

describe('fitQuantiser', () => {
  it('represents values on a grid exactly, 0 among them', () => {
    const grid = [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1];
    const quantiser = fitQuantiser(bins(grid), 3);
    expect(quantiser).toMatchObject({ bits: 3, zeroPoint: 2 });
    expect(squaredError(grid, quantiser)).toBeLessThan(1e-20);
  });

  it('cuts outliers off where that costs less', () => {
    const values = [...Array.from({ length: 2000 }, (_, i) => Math.sin(i)), 10, -10];
    const range = { bits: 4, scale: 20 / 15, zeroPoint: 8 };
    expect(squaredError(values, fitQuantiser(bins(values), 4))).toBeLessThan(
      0.9 * squaredError(values, range),
    );
  });

  it('comes within 2 % of the best of a dense search for one-sided values', () => {
    const values = Array.from({ length: 500 }, (_, i) => -Math.log((i + 0.5) / 500));
    const errors = Array.from({ length: 2000 }, (_, i) =>
      squaredError(values, { bits: 3, scale: (i + 1) / 1000, zeroPoint: 0 }),
    );
    expect(squaredError(values, fitQuantiser(bins(values), 3))).toBeLessThan(1.02 * Math.min(...errors));
  });
});

describe('quantiseWeights', () => {
  it('gives each output channel its own scale', () => {
    const weights = Tensor.float32([2, 3], [127, -64, 1, 1.27, -0.64, 0.01]);
    const rows = [...dequantise(quantiseWeights(weights, 0, 8)).toFloat32()];
    expect(rows.map((value, i) => Math.abs(value - weights.toFloat32()[i]!) < 1e-6)).not.toContain(false);
    const together = [...dequantise(quantiseWeights(weights, 1, 8)).toFloat32()];
    expect(together[5]).toBeCloseTo(1 / 127, 6);
  });

  it('knows three values of 2 bits, as far apart as the error wants them', () => {
    const weights = Tensor.float32([1, 5], [1, 0.6, 0.6, -0.6, 0.1]);
    const values = [...dequantise(quantiseWeights(weights, 0, 2)).toFloat32()];
    const step = values[1]!;
    expect(values).toEqual([step, step, step, -step, 0]);
    expect(Math.abs(step - 0.7)).toBeLessThan(0.05);
  });
});

/** x·W1 → ReLU (a site) → W2 → head: numbers are easy to follow. */
function threeLayers(): Model {
  const graph = new Graph('three layers');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const first = build.op(
    'MatMul',
    ['x', build.constant('w1', Tensor.float32([2, 2], [1, 0, 0, 1]))],
    {},
    { name: 'first' },
  );
  const hidden = build.op('Relu', [first]);
  const turned = build.op(
    'Transpose',
    [build.constant('w2', Tensor.float32([2, 2], [0.7, -0.2, 0.1, 0.7]))],
    { perm: [1, 0] },
  );
  const second = build.op('MatMul', [hidden, turned], {}, { name: 'second' });
  build.op('MatMul', [second, build.constant('w3', Tensor.float32([2, 1], [1, 1]))], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 1] }]);
  return new Model(graph, 17);
}

describe('quantiseSource', () => {
  it('calculates what arithmetic by hand gives', async () => {
    const source = threeLayers();
    const site = { name: 'site', value: 'relu', readers: [{ node: 'second', input: 0 }] };
    const places = quantisationPlaces(structureOf(source), [site]);
    expect(places.points.map(({ name, site: neurons }) => [name, neurons])).toEqual([
      ['site', true],
      ['second', false],
    ]);
    expect(places.operators.map(({ operator, sites }) => [operator.node.name, sites])).toEqual([
      ['first', []],
      ['second', ['site']],
      ['y', []],
    ]);
    const quantisers = new Map([
      ['site', { bits: 2, scale: 0.5, zeroPoint: 0 }],
      ['second', { bits: 8, scale: 0.1, zeroPoint: 100 }],
    ]);
    const quantised = await quantiseSource(
      source,
      places,
      await readWeights(structureOf(source)),
      quantisers,
      { site: 2 },
    );
    const session = await OrtSession.create(quantised);
    const { data } = (await session.run({ shape: [1, 2], data: Float32Array.of(0.8, 9) })).get('y')!;
    await session.release();
    // 0.8 becomes 1 and 9 the largest of 2 bits, 1.5; the rows of w2 keep one value each, ±0.7 becomes 0.7·0.9^k.
    const [row] = [...dequantise(quantiseWeights(Tensor.float32([1, 2], [0.7, -0.2]), 0, 2)).toFloat32()];
    const [, other] = [...dequantise(quantiseWeights(Tensor.float32([1, 2], [0.1, 0.7]), 0, 2)).toFloat32()];
    const eighth = quantisers.get('second')!;
    expect(data[0]).toBeCloseTo(quantise(1 * row!, eighth) + quantise(1.5 * other!, eighth), 5);
  });
});

describe('quantisationPlaces', () => {
  it('follows paths that part and meet again forty times, as in ShuffleNet', () => {
    const graph = new Graph('shuffle');
    graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
    const build = new GraphBuilder(graph);
    const weight = build.constant('w', Tensor.float32([2, 2], [1, 0, 0, 1]));
    let value = build.op('Relu', [build.op('MatMul', ['x', weight], {}, { name: 'first' })]);
    const site = { name: 'site', value, readers: [{ node: 'split', input: 0 }] };
    for (let i = 0; i < 40; i++) {
      const halves = build.ops('Split', [value], 2, { axis: 1 }, { name: i === 0 ? 'split' : `split.${i}` });
      value = build.op('Concat', [halves[1]!, halves[0]!], { axis: 1 });
    }
    build.op('MatMul', [value, weight], {}, { name: 'second' });
    const { operators } = quantisationPlaces(structureOf(new Model(graph, 17)), [site]);
    expect(operators.map(({ operator, sites }) => [operator.node.name, sites])).toEqual([
      ['first', []],
      ['second', ['site']],
    ]);
  });
});

const shape = [4, 3, tiny.height, tiny.width];
const images = { shape, data: tinyImages(4) };

describe('the quantised network of a spiking model', () => {
  it('has the clip ranges of the calibration, and comes to the source network with 8 bits', async () => {
    const source = (await openCheckpoint(await writeCheckpoint(tinyWeights()))).model;
    const { model } = await convert(source, { method: ecmt, steps: 2, calibration: () => [images] });
    const table = readQuantisers(model, quantisationPlacesOf(model).points)!;
    expect(Object.keys(table).length).toBeGreaterThan(sitesOf(model).length);
    const expected = await runNetwork(source, images.data, 4);
    const deviation = async (bits: number) => {
      const all = Object.fromEntries(sitesOf(model).map(({ name }) => [name, bits]));
      const got = await runNetwork(await quantisedNetwork(model, table, { bits: all }), images.data, 4);
      return Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)));
    };
    const [eight, three] = [await deviation(8), await deviation(3)];
    expect(eight).toBeLessThan(0.05 * Math.max(...expected.map(Math.abs)));
    expect(three).toBeGreaterThan(2 * eight);
    // The same images give the same ranges, whether they are seen before the neurons are placed or after.
    const { points } = quantisationPlacesOf(model);
    const observed = await observeQuantisers(
      await measureSource(structureOf(toSourceForm(model))),
      points,
      images,
    );
    for (const [name, quantisers] of Object.entries(table)) {
      for (const [i, { scale, zeroPoint }] of quantisers.entries()) {
        expect(observed[name]![i]!.scale / scale).toBeCloseTo(1, 5);
        expect(observed[name]![i]!.zeroPoint).toBe(zeroPoint);
      }
    }
  });

  it('has ⌈t·log₂(values)⌉ bits, at least 2 and at most 8', async () => {
    const source = (await openCheckpoint(await writeCheckpoint(tinyWeights()))).model;
    const { model } = await convert(source, { method: ecmt, steps: 2, calibration: () => [images] });
    const widths = bitWidths(sitesOf(model), 4);
    // 8 levels of two signs and silence are 17 values: 4.09 bits a step.
    expect(widths.map(({ steps, bits, capped }) => [steps, bits[sitesOf(model)[0]!.name], capped])).toEqual([
      [[1], 5, false],
      [[2, 3, 4], 8, true],
    ]);
  });

  it('has one network for all steps at which neurons that fire or do not carry 8 bits or more', async () => {
    const calibration = () => [cnnImages(8, 1)];
    const { model } = await convert(residualCnn(17), { method: rate, steps: 2, calibration });
    expect(bitWidths(sitesOf(model), 10).map(({ steps, capped }) => [steps, capped])).toEqual([
      [[1, 2], false],
      [[3], false],
      [[4], false],
      [[5], false],
      [[6], false],
      [[7], false],
      [[8, 9, 10], true],
    ]);
  });
});
