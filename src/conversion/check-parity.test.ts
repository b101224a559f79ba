import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { checkParity } from './check-parity.ts';
import { convert } from './convert.ts';

const images = { shape: [4, 2], data: Float32Array.from({ length: 8 }, (_, i) => Math.sin(i)) };

/** Three layers; `edit` may change what the second one reads. */
function network(edit: (build: GraphBuilder, hidden: string) => string = (_, hidden) => hidden): Model {
  const graph = new Graph('three layers');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', Tensor.float32([2, 2], [1, 2, -3, 4]));
  const layer = (input: string, name: string) => build.op('MatMul', [input, weight], {}, { name });
  const hidden = build.op('Relu', [layer('x', 'fc1')], {}, { name: 'relu' });
  layer(build.op('Relu', [layer(edit(build, hidden), 'fc2')], {}, { name: 'relu2' }), 'y');
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  return new Model(graph, 17);
}

async function spikingForm(): Promise<Model> {
  return (await convert(network(), { method: ecmt, steps: 2, calibration: () => [images] })).model;
}

describe('checkParity', () => {
  it('finds no deviation in a conversion', async () => {
    expect(await checkParity(network(), await spikingForm(), images)).toBeLessThan(1e-6);
  });

  it('names the first site whose input deviates', async () => {
    const other = network((build, hidden) => build.op('Mul', [hidden, build.scalar('factor', 1.01)]));
    // The site's value has the same name in both, and other numbers.
    const source = network();
    source.graph.setInitializer('w', Tensor.float32([2, 2], [1, 2, -3, 5]));
    await expect(checkParity(source, await spikingForm(), images)).rejects.toThrow(
      /^parity check: site 'fc2\.in': expected the source network's numbers within 0\.0001 when neurons pass everything on, got a deviation of/,
    );
    await expect(checkParity(other, await spikingForm(), images)).rejects.toThrow(
      'parity check: the outputs: expected',
    );
  });

  it('looks at batches of other sizes, which the given one says nothing about', async () => {
    // Adds 1 where the batch has one image only: right on the given four.
    const source = network((build, hidden) => {
      const length = build.op('Gather', [build.op('Shape', [hidden]), build.integers('axis', [0])], {});
      const alone = build.op('Equal', [length, build.integers('one', [1])]);
      return build.op('Add', [hidden, build.op('Cast', [alone], { to: 1 })]);
    });
    const one = { shape: [1, 2], data: images.data.slice(0, 2) };
    await expect(checkParity(source, await spikingForm(), images)).rejects.toThrow('parity check');
    await expect(checkParity(source, await spikingForm(), one)).rejects.toThrow('parity check');
  });
});
