import { expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { verifyModel } from '../../graph/verify-model.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { useQcfs } from './use-qcfs.ts';

it('useQcfs replaces each ReLU by clip-floor-shift with a threshold of its own', () => {
  const graph = new Graph('net');
  graph.addInput({ name: 'x', dataType: 'float32', shape: [5] });
  const build = new GraphBuilder(graph);
  const doubled = build.op('Add', [build.op('Relu', ['x'], {}, { name: 'a' }), 'x']);
  build.op('Relu', [doubled], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: [5] });
  const model = new Model(graph, 17);
  expect(useQcfs(model, 4, 2)).toEqual(['a.threshold', 'y.threshold']);
  verifyModel(model, 'test');
  const inputs = [-1, 0.2, 0.3, 1.1, 9];
  const qcfs = (x: number) => (2 * Math.min(Math.max(Math.floor((x * 4) / 2 + 0.5), 0), 4)) / 4;
  const found = evaluateModel(model, { x: ndArray([5], inputs) }).get('y')!;
  expect([...found.data]).toEqual(inputs.map((x) => qcfs(qcfs(x) + x)));
});
