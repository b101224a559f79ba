import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';

/** A perceptron [N, 4] → [N, 3] that asks for more memory than any machine can address when N > 4. */
export function hungryNetwork(): Model {
  const graph = new Graph('hungry');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4] });
  const weight = (name: string, rows: number, columns: number) =>
    build.constant(
      name,
      Tensor.float32(
        [rows, columns],
        Array.from({ length: rows * columns }, (_, i) => Math.sin(i + rows)),
      ),
    );
  const hidden = build.op('Relu', [build.op('MatMul', ['x', weight('w1', 4, 6)], {}, { name: 'fc1' })]);
  const batch = build.op('Cast', [build.op('Shape', ['x'], { start: 0, end: 1 })], { to: 1 });
  const beyond = build.op('Relu', [build.op('Sub', [batch, build.scalar('four', 4)])]);
  const length = build.op('Pow', [
    build.scalar('base', 2 ** 50),
    build.op('Min', [beyond, build.scalar('one', 1)]),
  ]);
  const zeros = build.op('Expand', [build.scalar('zero', 0), build.op('Cast', [length], { to: 7 })]);
  const nothing = build.op('ReduceMax', [zeros], { keepdims: 0 });
  const fed = build.op('Add', [hidden, nothing]);
  build.op(
    'MatMul',
    [
      build.op('Relu', [build.op('MatMul', [fed, weight('w2', 6, 6)], {}, { name: 'fc2' })]),
      weight('w3', 6, 3),
    ],
    {},
    { name: 'logits' },
  );
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 3] });
  return new Model(graph, 17);
}
