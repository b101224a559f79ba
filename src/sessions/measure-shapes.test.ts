import { describe, expect, it } from 'vitest';
import { fileStorage } from '../files/file-storage.fixture.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { measureShapes } from './measure-shapes.ts';

/** x [batch, 4] → a value of 64 MB → its sum. */
function wideNetwork(): Model {
  const graph = new Graph('wide');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4] });
  const wide = build.op(
    'Expand',
    [build.op('Unsqueeze', ['x', build.integers('axis', [2])]), build.integers('shape', [1, 4, 2 ** 22])],
    {},
    { name: 'wide' },
  );
  const positive = build.op('Greater', [wide, build.scalar('zero', 0)], {}, { name: 'positive' });
  const counted = build.op(
    'ReduceSum',
    [build.op('Cast', [positive], { to: 1 }), build.integers('axes', [2])],
    { keepdims: 0 },
    { name: 'counted' },
  );
  graph.addOutput({ name: counted, dataType: 'float32', shape: ['batch', 4] });
  return new Model(graph, 17);
}

/** 12 values of 64 MB one behind the other, and the last one's sum. */
function wideChain(): Model {
  const model = wideNetwork();
  const build = new GraphBuilder(model.graph);
  let value = 'wide';
  for (let i = 0; i < 11; i++) value = build.op('Neg', [value]);
  const sum = build.op('ReduceSum', [value], {}, { name: 'sum' });
  model.graph.setOutputs([{ name: sum, dataType: 'float32', shape: undefined }]);
  return model;
}

describe('measureShapes', () => {
  it('gives the shapes of values of any type, and of the outputs, for one image', async () => {
    const shapes = await measureShapes(wideNetwork(), ['wide', 'positive']);
    expect(Object.fromEntries(shapes)).toEqual({
      wide: [1, 4, 2 ** 22],
      positive: [1, 4, 2 ** 22],
      counted: [1, 4],
    });
  });

  it('gives the shapes of every value of a network that reshapes, of numbers alone, and of none', async () => {
    const graph = new Graph('reshapes');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4] });
    const build = new GraphBuilder(graph);
    const positive = build.op('Greater', ['x', build.scalar('zero', 0)]);
    const total = build.op('ReduceSum', [build.op('Cast', [positive], { to: 1 })], { keepdims: 0 });
    const added = build.op('Add', ['x', total]);
    const square = build.op('Reshape', [added, build.integers('square', [-1, 2, 2])]);
    const flat = build.op('Reshape', [square, build.integers('flat', [-1, 4])]);
    const none = build.op('Slice', [
      flat,
      ...['from', 'to'].map((name) => build.integers(name, [0])),
      build.integers('axis', [1]),
    ]);
    const joined = build.op('Concat', [none, flat], { axis: 1 });
    graph.addOutput({ name: joined, dataType: 'float32', shape: undefined });
    const values = [positive, total, added, square, flat, none, joined];
    const shapes = await measureShapes(new Model(graph, 17), values);
    expect(values.map((name) => shapes.get(name))).toEqual([
      [1, 4],
      [],
      [1, 4],
      [1, 2, 2],
      [1, 4],
      [1, 0],
      [1, 4],
    ]);
  });

  it('gives the shapes of weights, cast or transposed', async () => {
    const model = wideNetwork();
    const build = new GraphBuilder(model.graph);
    const weight = build.constant('weight', Tensor.float64([2, 3, 5], new Array(30).fill(0)));
    const cast = build.op('Cast', [weight], { to: 1 }, { name: 'cast' });
    build.op('Transpose', [cast], { perm: [2, 0, 1] }, { name: 'permuted' });
    build.op('Transpose', [cast], {}, { name: 'reversed' });
    const shapes = await measureShapes(model, ['weight', 'permuted', 'reversed']);
    expect([...shapes.values()]).toEqual([
      [2, 3, 5],
      [5, 2, 3],
      [5, 3, 2],
      [1, 4],
    ]);
  });

  it('keeps no value of a large network longer than it needs it', async () => {
    const chain = wideChain();
    const values = chain.graph.nodes.flatMap(({ outputs }) => outputs);
    // Weights of 256 MB, of which nothing is read.
    chain.graph.setInitializer('w', new Tensor('float32', [2 ** 26], fileStorage('/none', 0, 2 ** 28)));
    const before = process.memoryUsage().rss;
    await measureShapes(chain, values);
    expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(6 * 2 ** 26);
  });

  it('leaves the values themselves in the runtime', async () => {
    const before = process.memoryUsage().arrayBuffers;
    await measureShapes(wideNetwork(), ['wide']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });

  it('takes lengths that the network runs with where it leaves them open', async () => {
    const model = wideNetwork();
    const graph = new Graph('pooled');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 'width'] });
    const halves = new GraphBuilder(graph).op('Reshape', [
      'x',
      new GraphBuilder(graph).integers('halves', [0, 12, -1]),
    ]);
    graph.addOutput({ name: halves, dataType: 'float32', shape: undefined });
    expect(await measureShapes(new Model(graph, 17), ['x'])).toEqual(
      new Map([
        ['x', [1, 384]],
        [halves, [1, 12, 32]],
      ]),
    );
    model.graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 'width'] }]);
    await expect(measureShapes(model, [])).rejects.toThrow(
      /^inputs x \[batch,width\]: expected a network that runs with lengths from 8 to 512 where they are open, got graph 'wide': expected a run without failure, got .*\. Give the shape of the input, or export the model with a fixed one\.$/,
    );
  });
});
