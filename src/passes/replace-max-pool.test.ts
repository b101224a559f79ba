import { expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { replaceMaxPool } from './replace-max-pool.ts';
import { runPasses } from './run-passes.ts';

it('replaces a maximum over windows by the average over the same windows', () => {
  const graph = new Graph('pool');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['n', 1, 4, 4] });
  new GraphBuilder(graph).op(
    'MaxPool',
    ['x'],
    { kernel_shape: [2, 2], strides: [2, 2], storage_order: 0 },
    { name: 'y' },
  );
  graph.addOutput({ name: 'y', dataType: 'float32', shape: undefined });
  const { model, changes } = runPasses(new Model(graph, 17), [replaceMaxPool]);
  expect(changes.get('replace-max-pool')).toBe(1);
  const x = ndArray(
    [1, 1, 4, 4],
    Array.from({ length: 16 }, (_, i) => i),
  );
  expect([...evaluateModel(model, { x }).get('y')!.data]).toEqual([2.5, 4.5, 10.5, 12.5]);
});

it('leaves a maximum alone whose indices are read', () => {
  const graph = new Graph('pool');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['n', 1, 4, 4] });
  const [y, indices] = new GraphBuilder(graph).ops('MaxPool', ['x'], 2, { kernel_shape: [2, 2] });
  graph.setOutputs([y!, indices!].map((name) => ({ name, dataType: undefined, shape: undefined })));
  expect(runPasses(new Model(graph, 17), [replaceMaxPool]).changes.get('replace-max-pool')).toBe(0);
});
