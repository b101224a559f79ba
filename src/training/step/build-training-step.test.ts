import { describe, expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { float } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { optimisers } from '../optimisers/optimisers.ts';
import { buildTrainingStep } from './build-training-step.ts';
import type { TrainableNetwork } from './trainable-network.ts';
import { TrainingSession } from './training-session.ts';

/** logits = x·w + b. */
function linear(): TrainableNetwork {
  const graph = new Graph('linear');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 2] });
  graph.setInitializer('w', Tensor.float32([2, 2], [1, 0, 0, 1]));
  graph.setInitializer('b', Tensor.float32([2], [0.5, -0.5]));
  const build = new GraphBuilder(graph);
  build.op('Add', [build.op('MatMul', ['x', 'w']), 'b'], {}, { name: 'logits' });
  return { model: new Model(graph, 17), parameters: ['w', 'b'] };
}

const options = {
  batchSize: 2,
  loss: 'mse',
  optimiser: optimisers.sgd,
  optimiserOptions: optimisers.sgd.options.parse({ momentum: 0 }),
} as const;
const batch = { inputs: Float32Array.of(1, 2, 3, 4), targets: Float32Array.of(1, 0, 0, 1) };
const start = new Map([['parameters', Float32Array.of(1, 0, 0, 1, 0.5, -0.5)]]);

describe('a training step', () => {
  it('does what gradient descent by hand does', async () => {
    const step = await buildTrainingStep(linear(), options);
    expect(step.parameters.entries.map(({ name, offset }) => [name, offset])).toEqual([
      ['w', 0],
      ['b', 4],
    ]);
    const session = await TrainingSession.create(step, start);
    const outcome = await session.step(batch, 0.1, 1);
    // Errors x·w + b − target: [0.5, 1.5], [3.5, 2.5]; the gradient is their half each.
    expect(outcome.loss).toBeCloseTo((0.25 + 2.25 + 12.25 + 6.25) / 4, 5);
    expect(outcome.correct).toBe(1);
    const [e1, e2] = [
      [0.25, 0.75],
      [1.75, 1.25],
    ];
    const gradient = [
      1 * e1![0]! + 3 * e2![0]!,
      1 * e1![1]! + 3 * e2![1]!,
      2 * e1![0]! + 4 * e2![0]!,
      2 * e1![1]! + 4 * e2![1]!,
      e1![0]! + e2![0]!,
      e1![1]! + e2![1]!,
    ];
    expect(outcome.gradientNorm).toBeCloseTo(Math.hypot(...gradient), 4);
    const expected = [1, 0, 0, 1, 0.5, -0.5].map((value, i) => value - 0.1 * gradient[i]!);
    const found = session.vectors.get('parameters')!;
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
    await session.release();
  });

  it('clips the gradient to the length that was asked for', async () => {
    const step = await buildTrainingStep(linear(), { ...options, clip: 0.5 });
    const session = await TrainingSession.create(step, start);
    await session.step(batch, 1, 1);
    const change = session.vectors.get('parameters')!.map((value, i) => value - start.get('parameters')![i]!);
    expect(Math.hypot(...change)).toBeCloseTo(0.5, 4);
    await session.release();
  });

  it('takes a batch in parts with the same outcome', async () => {
    const inputs = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i));
    const targets = Float32Array.from({ length: 16 }, (_, i) => Math.cos(i));
    const run = async (batchSize: number, microBatches: number) => {
      const step = await buildTrainingStep(linear(), { ...options, batchSize, microBatches, clip: 0.5 });
      const session = await TrainingSession.create(step, start);
      expect(session.batchSize).toBe(8);
      const outcomes = [];
      for (let number = 1; number <= 3; number++)
        outcomes.push(await session.step({ inputs, targets }, 0.3, number));
      const { lossSum, correct } = await session.evaluate({ inputs, targets }, 7);
      const found = [...(session.vectors.get('parameters') ?? [])];
      await session.release();
      return [...outcomes.flatMap((outcome) => Object.values(outcome)), lossSum, correct, ...found];
    };
    const whole = await run(8, 1);
    for (const [i, value] of (await run(2, 4)).entries()) expect(value).toBeCloseTo(whole[i] ?? 0, 5);
  });

  it('makes the same bits in every run', async () => {
    const step = await buildTrainingStep(linear(), options);
    const run = async () => {
      const session = await TrainingSession.create(step, start);
      for (let number = 1; number <= 5; number++) await session.step(batch, 0.01, number);
      const result = [...session.vectors.get('parameters')!];
      await session.release();
      return result;
    };
    expect(await run()).toEqual(await run());
  });

  it('lets running statistics follow the batches, and evaluates with them', async () => {
    const graph = new Graph('normalised');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 1, 1, 2] });
    graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 2] });
    for (const [name, value] of Object.entries({ scale: 2, bias: 1, mean: 0, variance: 1 })) {
      graph.setInitializer(name, Tensor.float32([1], [value]));
    }
    const build = new GraphBuilder(graph);
    const inputs = ['x', 'scale', 'bias', 'mean', 'variance'];
    const normed = build.op('BatchNormalization', inputs, { epsilon: float(1e-5) });
    build.op('Flatten', [normed], { axis: 1 }, { name: 'logits' });
    const network = { model: new Model(graph, 17), parameters: ['scale', 'bias'] };
    const step = await buildTrainingStep(network, options);
    const session = await TrainingSession.create(
      step,
      new Map([
        ['parameters', Float32Array.of(2, 1)],
        ['statistics', Float32Array.of(0, 1)],
      ]),
    );
    const before = await session.evaluate({ ...batch, targets: Float32Array.of(3, 5, 7, 9) });
    expect(before.lossSum).toBeCloseTo(0, 3);
    await session.step(batch, 0, 1);
    // Mean 2.5 and unbiased variance 5/3 of 1, 2, 3, 4, a tenth of each.
    const [mean, variance] = session.vectors.get('statistics')!;
    expect(mean).toBeCloseTo(0.25, 5);
    expect(variance).toBeCloseTo(0.9 + 0.1 * (5 / 3), 5);
    await session.release();
  });

  it.each([
    ['of pictures with an epsilon of their own', [2, 1, 1, 2]],
    ['of rows of features', [4, 1]],
  ])('trains batch normalisations %s', async (_of, shape) => {
    const graph = new Graph('normalised');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', ...shape.slice(1)] });
    graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', ...shape.slice(1)] });
    for (const [name, value] of Object.entries({ scale: 2, bias: 1, mean: 0, variance: 1 })) {
      graph.setInitializer(name, Tensor.float32([1], [value]));
    }
    const inputs = ['x', 'scale', 'bias', 'mean', 'variance'];
    const attributes = { epsilon: float(0.75) };
    new GraphBuilder(graph).op('BatchNormalization', inputs, attributes, { name: 'logits' });
    const network = { model: new Model(graph, 17), parameters: ['scale', 'bias'] };
    const step = await buildTrainingStep(network, { ...options, batchSize: shape[0]! });
    const session = await TrainingSession.create(
      step,
      new Map([
        ['parameters', Float32Array.of(2, 1)],
        ['statistics', Float32Array.of(0, 1)],
      ]),
    );
    // Mean 2.5 and variance 1.25 of 1, 2, 3, 4: divided by √(1.25 + 0.75), less or more than the targets by −½, ½, ½, −½.
    const normed = [-1.5, -0.5, 0.5, 1.5].map((x) => x / Math.SQRT2);
    const errors = [-0.5, 0.5, 0.5, -0.5];
    const targets = Float32Array.from(normed, (x, i) => 2 * x + 1 - errors[i]!);
    const outcome = await session.step({ inputs: batch.inputs, targets }, 1, 1);
    expect(outcome.loss).toBeCloseTo(0.25, 5);
    const gradient = normed.reduce((sum, x, i) => sum + (x * errors[i]!) / 2, 0);
    const [scale, bias] = session.vectors.get('parameters')!;
    expect(scale).toBeCloseTo(2 - gradient, 5);
    expect(bias).toBeCloseTo(1, 5);
    const [mean, variance] = session.vectors.get('statistics')!;
    expect(mean).toBeCloseTo(0.25, 5);
    expect(variance).toBeCloseTo(0.9 + 0.1 * (5 / 3), 5);
    await session.release();
  });

  it('refuses to take the batches of a network in parts that normalises by them', async () => {
    const graph = new Graph('normalised');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 1] });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 1] });
    const constants = ['scale', 'bias', 'mean', 'variance'];
    for (const name of constants) graph.setInitializer(name, Tensor.float32([1], [1]));
    new GraphBuilder(graph).op('BatchNormalization', ['x', ...constants], {}, { name: 'y' });
    const network = { model: new Model(graph, 17), parameters: ['scale', 'bias'] };
    await expect(buildTrainingStep(network, { ...options, microBatches: 2 })).rejects.toThrow(
      "train: graph 'normalised': expected a network without batch normalisations, where batches are taken in parts, got one that normalises by its batch. Take whole batches, or fold the normalisations.",
    );
  });

  it('refuses batch normalisations it cannot train', async () => {
    const graph = new Graph('normalised');
    for (const name of ['x', 'mean'])
      graph.addInput({ name, dataType: 'float32', shape: name === 'x' ? ['batch', 1, 1, 2] : [1] });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 1, 1, 2] });
    for (const name of ['scale', 'bias', 'variance']) graph.setInitializer(name, Tensor.float32([1], [1]));
    new GraphBuilder(graph).op(
      'BatchNormalization',
      ['x', 'scale', 'bias', 'mean', 'variance'],
      {},
      { name: 'y' },
    );
    const network = { model: new Model(graph, 17), parameters: ['scale', 'bias'] };
    await expect(buildTrainingStep(network, { ...options, batchSize: 1 })).rejects.toThrow(
      "train: BatchNormalization 'y': expected constant running statistics, got 'mean' and 'variance'. Train the network before any folding.",
    );
  });
});
