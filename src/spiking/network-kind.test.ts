import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { networkKind } from './network-kind.ts';
import { setSteps, sitesOf } from './neuron-node.ts';
import { toSourceForm, withoutNeurons } from './spiking-form.ts';

const images = { shape: [6, 3], data: Float32Array.from({ length: 18 }, (_, i) => Math.sin(3 * i)) };

function source(): Model {
  const graph = new Graph('three layers');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 3] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', Tensor.float32([3, 3], [1, -2, 3, -1, 2, -3, 2, 1, -1]));
  const layer = (input: string) => build.op('MatMul', [input, weight]);
  const logits = layer(build.op('Relu', [layer(build.op('Relu', [layer('x')]))]));
  graph.setOutputs([{ name: logits, dataType: 'float32', shape: ['batch', 3] }]);
  return new Model(graph, 17);
}

describe('networkKind', () => {
  it('says of a spiking network where its sites are and to how many steps it is set', async () => {
    const { model } = await convert(source(), { method: ecmt, steps: 3, calibration: () => [images] });
    const sites = sitesOf(model);
    expect(sites).toHaveLength(1);
    expect(networkKind(model)).toEqual({ spiking: true, model, steps: 3, hiddenSteps: 0, sites });
    setSteps(model, 7);
    expect(networkKind(model)).toMatchObject({ steps: 7 });
  });

  it('calls a network without neurons dense, with a time axis, too', async () => {
    const { model } = await convert(source(), { method: ecmt, steps: 3, calibration: () => [images] });
    for (const dense of [source(), toSourceForm(model), withoutNeurons(model)]) {
      expect(networkKind(dense)).toEqual({ spiking: false, model: dense });
    }
  });
});
