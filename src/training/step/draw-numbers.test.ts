import { expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { optimisers } from '../optimisers/optimisers.ts';
import { buildTrainingStep } from './build-training-step.ts';
import { drawNumbers, drawnNumbers } from './draw-numbers.ts';
import { TrainingSession } from './training-session.ts';

/** y = Dropout(x·w, rate) + numbers·0, x [2, 3]. */
function randomModel(rate: number): Model {
  const graph = new Graph('random');
  graph.addInput({ name: 'x', dataType: 'float32', shape: [2, 3] });
  graph.setInitializer('w', Tensor.float32([3], [1, 2, 4]));
  const build = new GraphBuilder(graph);
  const product = build.op('Mul', ['x', 'w']);
  const kept = build.op('Dropout', [product, build.scalar('rate', rate)]);
  const numbers = build.op('RandomUniformLike', [product], { dtype: 1 });
  build.op('Concat', [kept, numbers], { axis: 1 }, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: undefined });
  return new Model(graph, 17);
}

const x = [1, 2, 3, 4, 5, 6];

it('Dropout lets x/(1 − p) pass where its number is at least p, and others read numbers of their own', async () => {
  const model = randomModel(0.75);
  expect(await drawNumbers(model, true)).toBe(12);
  const numbers = [0.8, 0.7, 0.75, 0, 0.9, 0.1, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06];
  const results = evaluateModel(model, { x: ndArray([2, 3], x), [drawnNumbers]: ndArray([12], numbers) });
  expect([...results.get('logits')!.data]).toEqual([4, 0, 48, 0.01, 0.02, 0.03, 0, 40, 0, 0.04, 0.05, 0.06]);
});

it('outside of training Dropout passes everything on', async () => {
  const model = randomModel(0.75);
  expect(await drawNumbers(model, false)).toBe(6);
  const numbers = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
  const results = evaluateModel(model, { x: ndArray([2, 3], x), [drawnNumbers]: ndArray([6], numbers) });
  expect([...results.get('logits')!.data]).toEqual([1, 4, 12, 0.1, 0.2, 0.3, 4, 10, 24, 0.4, 0.5, 0.6]);
});

it('steps draw numbers of their own, the same in every run, others with another seed', async () => {
  const steps = async (seed: number) => {
    const settings = { batchSize: 2, loss: 'mse', optimiser: optimisers.adam, seed } as const;
    const network = { model: randomModel(0.5), parameters: ['w'] };
    const optimiserOptions = optimisers.adam.options.parse({});
    const step = await buildTrainingStep(network, { ...settings, optimiserOptions });
    const session = await TrainingSession.create(step, new Map([['parameters', Float32Array.of(1, 2, 4)]]));
    const batch = { inputs: Float32Array.from(x), targets: new Float32Array(12) };
    const losses = [];
    for (const number of [1, 2, 1]) losses.push((await session.step(batch, 0, number)).loss);
    await session.release();
    return losses;
  };
  const losses = await steps(7);
  expect(losses[2]).toBe(losses[0]);
  expect(losses[1]).not.toBe(losses[0]);
  expect(await steps(7)).toEqual(losses);
  expect((await steps(8))[0]).not.toBe(losses[0]);
});
