import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { valueFlow } from './value-flow.ts';

/** A stem, two residual layers with neurons, a normalisation between them and one before the head. */
function residual(): Model {
  const graph = new Graph('residual');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 4] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant(
    'w',
    Tensor.float32(
      [4, 4],
      Array.from({ length: 16 }, (_, i) => Math.sin(i)),
    ),
  );
  const scale = build.constant('scale', Tensor.float32([4], [1, 2, 3, 4]));
  const layer = (name: string, input: string) => build.op('MatMul', [input, weight], {}, { name });
  const norm = (name: string, input: string) => build.op('LayerNormalization', [input, scale], {}, { name });
  const add = (name: string, a: string, b: string) => build.op('Add', [a, b], {}, { name });
  const stem = layer('stem', 'x');
  const after = add('add1', stem, layer('fc1', norm('norm1', stem)));
  const shaped = build.op('Identity', [after], {}, { name: 'same' });
  const last = add('add2', after, layer('fc2', norm('norm2', shaped)));
  const features = norm('norm3', last);
  const head = layer('head', features);
  graph.setOutputs([{ name: head, dataType: 'float32', shape: ['batch', 4] }]);
  return new Model(graph, 17);
}

function spiking(): Model {
  const source = residual();
  const spec = neuronSpec(
    multiThreshold,
    { levels: 2, base: 2, rule: 'nearest' },
    { thresholdPositive: 1, thresholdNegative: 1, deadZone: 0 },
  );
  const placed = ['fc1', 'fc2'].map((name) => {
    const node = source.graph.nodes.find((each) => each.name === name)!;
    return { name: `${name}.in`, value: node.inputs[0]!, readers: [{ node: name, input: 0 }], ...spec };
  });
  return toSpikingForm(source, placed, 2);
}

describe('valueFlow', () => {
  const model = spiking();
  const flow = valueFlow(model);
  const made = (name: string) => model.graph.nodes.find((node) => node.name === name)!.outputs[0]!;

  it('is constant up to the first neuron, increments from neurons on, and means behind what is not linear', () => {
    const flows = ['stem', 'norm1', 'fc1', 'add1', 'norm2', 'fc2', 'add2', 'norm3', 'head'].map((name) => [
      name,
      flow.flowOf.get(made(name)),
    ]);
    expect(Object.fromEntries(flows)).toEqual({
      stem: 'constant',
      norm1: 'constant',
      fc1: 'increments',
      add1: 'increments',
      norm2: 'means',
      fc2: 'increments',
      add2: 'increments',
      norm3: 'means',
      head: 'means',
    });
    expect(flow.flowOf.has('w')).toBe(false);
  });

  it('sums what a normalisation reads, followed back over operators that only hand it on', () => {
    expect([...flow.summed]).toEqual([made('add1'), made('add2')]);
  });

  it('reads again what is constant where it meets neurons or what changes', () => {
    expect([...flow.reread].sort()).toEqual([made('norm1'), made('stem')].sort());
  });

  it('knows what leads to neurons', () => {
    const last = ['add2', 'norm3', 'head'].filter((name) => flow.beforeNeurons.has(name));
    expect(last).toEqual([]);
    expect(flow.beforeNeurons.has('add1')).toBe(true);
  });
});
