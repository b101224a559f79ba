import { describe, expect, it } from 'vitest';
import { lossOf, randomSource, relativeError } from '../../differentiation/central-differences.fixture.ts';
import { differentiate } from '../../differentiation/differentiate.ts';
import type { InputTensor } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { channelBlock } from '../../sessions/channel-block.ts';
import { exposeValues } from '../../sessions/expose-values.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { blockConvolutions } from './block-convolutions.ts';

type Shape = readonly number[];

/** A network of one convolution: its input, kernels and output, attributes, and whether it is written in blocks. */
const cases: [string, Shape, Shape, Shape, object][] = [
  ['rows of whole blocks', [2, 16, 5, 32], [32, 16, 3, 3], [2, 32, 5, 32], { pads: [1, 1, 1, 1] }],
  ['rows of two images a block', [4, 32, 6, 8], [16, 32, 3, 3], [4, 16, 6, 8], { pads: [1, 1, 1, 1] }],
  ['rows that several images fill', [8, 16, 6, 6], [16, 16, 3, 3], [8, 16, 6, 6], { pads: [1, 1, 1, 1] }],
  ['other sides', [2, 32, 7, 17], [32, 32, 2, 3], [2, 32, 7, 16], { pads: [0, 0, 1, 1] }],
  ['single places', [4, 16, 4, 4], [32, 16, 1, 1], [4, 32, 4, 4], {}],
  ['batches that do not fit', [3, 16, 4, 4], [16, 16, 3, 3], [3, 16, 4, 4], { pads: [1, 1, 1, 1] }],
  ['strides', [2, 16, 8, 8], [32, 16, 3, 3], [2, 32, 4, 4], { pads: [1, 1, 1, 1], strides: [2, 2] }],
  ['dilations', [2, 16, 8, 8], [16, 16, 3, 3], [2, 16, 4, 4], { dilations: [2, 2] }],
];

/** Gradients by name, computed by the runtime in float32. */
async function gradientsOf(model: Model, values: ReadonlyMap<string, Float32Array>, block?: number) {
  const names = [...values.keys()];
  const { model: trained, gradients } = await differentiate(model, 'loss', names, block);
  const session = await OrtSession.create(exposeValues(trained, gradients.values()));
  const inputs = new Map(
    trained.graph.inputs.map(({ name, shape }): [string, InputTensor] => [
      name,
      { shape: shape as number[], data: values.get(name)! },
    ]),
  );
  const found = await session.run(inputs);
  await session.release();
  return names.map((name) => found.get(gradients.get(name)!)!.data);
}

describe('convolutions in blocks', () => {
  it.each(cases)('have the gradients of plain ones: %s', async (_, x, kernels, y, attributes) => {
    const inputs = [x, kernels, [kernels[0]!]].map((shape) => ({ shape }));
    const model = lossOf(inputs, (build, names) => build.op('Conv', names, attributes as never), [y]);
    const random = randomSource(7);
    const values = new Map(
      inputs.map(({ shape }, i) => [
        `x${i}`,
        Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5),
      ]),
    );
    const plain = await gradientsOf(model, values);
    const block = await channelBlock();
    expect(await blockConvolutions(model, block)).toBe(block === undefined ? 0 : 1);
    const blocked = await gradientsOf(model, values, block);
    for (const [i, gradient] of plain.entries())
      expect(relativeError(blocked[i]!, gradient)).toBeLessThan(1e-5);
  });
});
