import { expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { printGraph } from '../graph/print-graph.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { runPasses } from './run-passes.ts';
import { unpackOutputs } from './unpack-outputs.ts';

function packedNetwork(pack: (build: GraphBuilder) => void): Model {
  const graph = new Graph('packed');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  build.op('Relu', ['x'], {}, { name: 'positive' });
  build.op('Neg', ['x'], {}, { name: 'negative' });
  pack(build);
  graph.setOutputs([{ name: 'out', dataType: undefined, shape: undefined }]);
  return new Model(graph, 17);
}

it('gives a sequence of one tensor as that tensor, under its name', async () => {
  const source = packedNetwork((build) => build.op('SequenceConstruct', ['positive'], {}, { name: 'out' }));
  const { model } = runPasses(source, [unpackOutputs]);
  const session = await OrtSession.create(model);
  const outputs = await session
    .run({ shape: [2, 2], data: Float32Array.of(1, -2, -3, 4) })
    .finally(() => session.release());
  expect(outputs.get('out')).toEqual({ shape: [2, 2], data: Float32Array.of(1, 0, 0, 4) });
});

it('numbers the tensors of a longer sequence', () => {
  const source = packedNetwork((build) =>
    build.op(
      'SequenceInsert',
      [build.op('SequenceConstruct', ['positive']), 'negative'],
      {},
      { name: 'out' },
    ),
  );
  expect(printGraph(runPasses(source, [unpackOutputs]).model.graph)).toMatchInlineSnapshot(`
    "graph packed(x: float32[batch,2]) -> (out.0: ?[…], out.1: ?[…]) {
      positive = Relu(x)
      negative = Neg(x)
      out.0 = Identity(positive)
      out.1 = Identity(negative)
    }"
  `);
});

it('gives the scores of a dictionary of classes', () => {
  const source = packedNetwork((build) =>
    build.add(
      node(
        'ZipMap',
        ['positive'],
        ['out'],
        { classlabels_int64s: [0, 1] },
        { name: 'zip', domain: 'ai.onnx.ml' },
      ),
    ),
  );
  expect(printGraph(runPasses(source, [unpackOutputs]).model.graph)).toMatchInlineSnapshot(`
    "graph packed(x: float32[batch,2]) -> (out: ?[…]) {
      positive = Relu(x)
      out = Identity(positive)
    }"
  `);
});

it('leaves tensors, and sequences of unknown length', () => {
  const tensor = packedNetwork((build) => build.op('Identity', ['positive'], {}, { name: 'out' }));
  expect(unpackOutputs(tensor)).toBe(0);
  const split = packedNetwork((build) => build.op('SplitToSequence', ['positive'], {}, { name: 'out' }));
  expect(unpackOutputs(split)).toBe(0);
});
