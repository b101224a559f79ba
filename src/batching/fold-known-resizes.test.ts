import { expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { foldKnownResizes } from './fold-known-resizes.ts';

/** x [batch, 2, 4, 4] + a table [1, 2, 6, 6], or one for each image, that is resized to the size of x. */
function network(forEachImage: boolean): Model {
  const graph = new Graph('positions');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2, 4, 4] });
  const build = new GraphBuilder(graph);
  const values = Array.from({ length: 72 }, (_, i) => Math.sin(i * i));
  const table = build.constant('table', Tensor.float32([1, 6, 6, 2], values));
  const first = build.op('Transpose', [table], { perm: [0, 3, 1, 2] });
  const lengths = (from: number, to: number) =>
    build.op('Slice', [build.op('Shape', ['x']), build.integers('from', [from]), build.integers('to', [to])]);
  const images = forEachImage ? lengths(0, 1) : build.integers('one', [1]);
  const sizes = build.op('Concat', [images, lengths(1, 4)], { axis: 0 });
  const table4 = build.op('Concat', [images, build.integers('rest', [2, 6, 6])], { axis: 0 });
  const resized = build.op('Resize', [build.op('Expand', [first, table4]), '', '', sizes], { mode: 'cubic' });
  const sum = build.op('Add', ['x', build.op('Transpose', [resized], { perm: [0, 1, 3, 2] })]);
  const twice = build.constant('scales', Tensor.float32([4], [1, 1, 2, 2]));
  const output = build.op('Resize', [sum, '', twice], { mode: 'linear' });
  graph.addOutput({ name: output, dataType: 'float32', shape: undefined });
  return new Model(graph, 17);
}

async function run(model: Model): Promise<ArrayLike<number>> {
  const session = await OrtSession.create(model, { optimise: 'none' });
  const data = Float32Array.from({ length: 96 }, (_, i) => Math.cos(i));
  const outputs = await session.run({ shape: [3, 2, 4, 4], data }).finally(() => session.release());
  return [...outputs.values()][0]!.data;
}

const resizes = ({ graph }: Model) => graph.nodes.filter(({ opType }) => opType === 'Resize');

it('computes once what is resized of weights, and nothing that depends on images', async () => {
  const source = network(false);
  const folded = await foldKnownResizes(source);
  expect(resizes(folded)).toHaveLength(1);
  const [expected, got] = [await run(source), await run(folded)];
  for (let i = 0; i < expected.length; i++) expect(got[i]).toBeCloseTo(expected[i]!, 5);
});

it('leaves what has as many rows as there are images', async () => {
  const source = network(true);
  expect(resizes(await foldKnownResizes(source))).toHaveLength(2);
});
