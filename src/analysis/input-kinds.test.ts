import { expect, it } from 'vitest';
import type { DataType } from '../graph/data-type.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Tensor } from '../graph/tensor.ts';
import { type InputKind, inputKind } from './input-kinds.ts';

const table = (build: GraphBuilder, rows: number) =>
  build.constant('table', Tensor.float32([rows, 2], new Float32Array(2 * rows)));

it.each<[string, DataType, (build: GraphBuilder) => unknown, InputKind]>([
  [
    'rows of a table',
    'int64',
    (build) => build.op('Gather', [table(build, 9), 'x']),
    { kind: 'indices', below: 9 },
  ],
  [
    'rows of two tables',
    'int64',
    (build) => [9, 5].map((rows) => build.op('Gather', [table(build, rows), 'x'])),
    { kind: 'indices', below: 5 },
  ],
  [
    'rows given as floats',
    'float32',
    (build) => build.op('Gather', [table(build, 7), build.op('Cast', ['x'], { to: 7 })]),
    { kind: 'indices', below: 7 },
  ],
  [
    'what is chosen from',
    'float32',
    (build) => build.op('Gather', ['x', build.integers('at', [0])]),
    { kind: 'numbers' },
  ],
  ['truth values', 'bool', (build) => build.op('Identity', ['x']), { kind: 'mask' }],
  [
    'a condition',
    'float32',
    (build) => build.op('Where', [build.op('Cast', ['x'], { to: 9 }), table(build, 1), table(build, 1)]),
    { kind: 'mask' },
  ],
  [
    'whole numbers that are calculated with',
    'int64',
    (build) => build.op('Mul', ['x', 'x']),
    { kind: 'mask' },
  ],
  ['bytes of a picture', 'uint8', (build) => build.op('Cast', ['x'], { to: 1 }), { kind: 'counts' }],
  ['features', 'float64', (build) => build.op('Relu', ['x']), { kind: 'numbers' }],
])('tells what an input stands for: %s', (_, dataType, body, kind) => {
  const graph = new Graph('one');
  graph.addInput({ name: 'x', dataType, shape: ['batch', 3] });
  body(new GraphBuilder(graph));
  expect(inputKind(graph, graph.inputs[0]!)).toEqual(kind);
});
