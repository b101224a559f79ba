import { expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Tensor } from '../graph/tensor.ts';
import { neverNegative } from './never-negative.ts';

const builder = () => {
  const graph = new Graph('signs');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 4] }]);
  return new GraphBuilder(graph);
};
type Network = (build: GraphBuilder) => string;

it.each<[string, Network]>([
  ['ReLU', (b) => b.op('Relu', ['x'])],
  ['pooling and shapes behind it', (b) => b.op('Flatten', [b.op('AveragePool', [b.op('Relu', ['x'])])])],
  ['ReLU6', (b) => b.op('Clip', ['x', b.scalar('low', 0), b.scalar('high', 6)])],
  ['sums of such', (b) => b.op('Add', [b.op('Relu', ['x']), b.op('Sigmoid', ['x'])])],
  ['a positive factor', (b) => b.op('Mul', [b.op('Relu', ['x']), b.scalar('half', 0.5)])],
])('is known of %s', (_, network) => {
  const build = builder();
  const value = network(build);
  expect(neverNegative(build.graph)).toContain(value);
});

it.each<[string, Network]>([
  ['the input', () => 'x'],
  ['GELU', (b) => b.op('Gelu', ['x'])],
  ['a sum with the input', (b) => b.op('Add', [b.op('Relu', ['x']), 'x'])],
  ['a clip from −1 on', (b) => b.op('Clip', ['x', b.scalar('low', -1), b.scalar('high', 6)])],
  [
    'a negative factor',
    (b) => b.op('Mul', [b.op('Relu', ['x']), b.constant('w', Tensor.float32([2], [1, -1]))]),
  ],
  ['a product', (b) => b.op('MatMul', [b.op('Relu', ['x']), b.constant('w', Tensor.float32([1, 1], [1]))])],
])('is not known of %s', (_, network) => {
  const build = builder();
  const value = network(build);
  expect(neverNegative(build.graph)).not.toContain(value);
});

it('is known behind any number of residual sums', () => {
  const build = builder();
  let value = build.op('Relu', ['x']);
  for (let i = 0; i < 20_000; i++) value = build.op('Add', [value, value]);
  expect(neverNegative(build.graph)).toContain(value);
});
