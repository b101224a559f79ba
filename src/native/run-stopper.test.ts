import ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { OrtSession } from '../sessions/ort-session.ts';

/** Doubles x, and gathers rows of it. */
function network(opset = 17): Model {
  const graph = new Graph('rows');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['n'] });
  graph.addInput({ name: 'rows', dataType: 'int32', shape: ['m'] });
  const doubled = build.op('Add', ['x', 'x'], {}, { name: 'doubled' });
  const gathered = build.op('Gather', [doubled, 'rows'], { axis: 0 }, { name: 'gathered' });
  for (const name of [doubled, gathered]) {
    graph.addOutput({ name, dataType: 'float32', shape: undefined });
  }
  return new Model(graph, opset);
}

const feeds = (row: number) => ({
  x: new ort.Tensor('float32', Float32Array.of(1, 2, 3), [3]),
  rows: new ort.Tensor('int32', Int32Array.of(row), [1]),
});

/** Memory for both outputs in one buffer. */
function views() {
  const buffer = new ArrayBuffer(16);
  const doubled = new ort.Tensor('float32', new Float32Array(buffer, 0, 3), [3]);
  const gathered = new ort.Tensor('float32', new Float32Array(buffer, 12, 1), [1]);
  return { buffer, outputs: { doubled, gathered } };
}

test.each([17, 10])(
  'results are in the memory that was given, with operators of version %i',
  async (opset) => {
    const session = await OrtSession.create(network(opset), { ownOutputs: true });
    const { buffer, outputs } = views();
    expect(await session.runTensors(feeds(1), outputs)).toEqual(outputs);
    expect(Array.from(new Float32Array(buffer))).toEqual([2, 4, 6, 4]);
    await session.release();
  },
);

test('what a session tells of its outputs, and makes if no memory is given, has no stopper in it', async () => {
  const session = await OrtSession.create(network(), { ownOutputs: true });
  expect(session.outputs.map(({ name }) => name)).toEqual(['doubled', 'gathered']);
  expect(Object.keys(await session.runTensors(feeds(0)))).toEqual(['doubled', 'gathered']);
  const { outputs } = views();
  const results = await session.runTensors(feeds(2), { ...outputs, gathered: null });
  expect(results.doubled).toBe(outputs.doubled);
  expect(Array.from(results.gathered!.data as Float32Array)).toEqual([6]);
  await session.release();
});

test('a run that fails is not taken for one that was stopped', async () => {
  const session = await OrtSession.create(network(), { ownOutputs: true });
  await expect(session.runTensors(feeds(7), views().outputs)).rejects.toThrow(
    /graph 'rows': expected a run without failure, got .*indices element out of data bounds/,
  );
  await session.release();
});
