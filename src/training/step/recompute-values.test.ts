import { expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { recomputeValues } from './recompute-values.ts';

/** y = (x·2)³ with the gradient 3·(x·2)²·dy beside it; the part computes x·2 and its square. */
function differentiated() {
  const graph = new Graph('cube');
  for (const name of ['x', 'dy']) graph.addInput({ name, dataType: 'float32', shape: [2] });
  const part = new GraphBuilder(graph, 'part.');
  const outer = new GraphBuilder(graph).op('Neg', ['x'], {}, { name: 'minus' });
  const double = part.op('Mul', [outer, part.scalar('two', -2)], {}, { name: 'double' });
  const square = part.op('Mul', [double, double], {}, { name: 'square' });
  const build = new GraphBuilder(graph);
  build.op('Mul', [square, double], {}, { name: 'y' });
  const forward = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const triple = build.op('Mul', ['dy', build.scalar('three', 3)], {}, { name: 'triple' });
  build.op('Mul', [triple, square], {}, { name: 'dx' });
  for (const name of ['y', 'dx']) graph.addOutput({ name, dataType: 'float32', shape: [2] });
  return { model: new Model(graph, 17), forward };
}

it('the backward part reads copies, which wait for a gradient, and computes the same', () => {
  const { model, forward } = differentiated();
  expect(recomputeValues(model, forward, ['part.'], ['dx'])).toBe(2);
  const { graph } = model;
  const behind = new Set(['triple']);
  for (const { inputs, outputs } of graph.nodes)
    if (inputs.some((name) => behind.has(name))) for (const name of outputs) behind.add(name);
  const read = graph.producerOf('dx')?.inputs ?? [];
  expect(read.every((name) => behind.has(name))).toBe(true);
  expect(behind.has('y')).toBe(false);
  const results = evaluateModel(model, { x: ndArray([2], [1, 2]), dy: ndArray([2], [1, 10]) });
  expect([...results.get('y')!.data]).toEqual([8, 64]);
  expect([...results.get('dx')!.data]).toEqual([12, 480]);
});

it('nothing is computed again where the backward part reads nothing of a part', () => {
  const { model, forward } = differentiated();
  const before = model.graph.nodes.length;
  expect(recomputeValues(model, forward, ['other.'], ['dx'])).toBe(0);
  expect(model.graph.nodes).toHaveLength(before);
});
