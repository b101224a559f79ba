import { describe, expect, it } from 'vitest';
import { synapticInputSites } from '../../analysis/spike-sites.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import type { AttributeInputs } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { multiThreshold } from '../../neurons/multi-threshold.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import { createInGraphEngine } from '../in-graph-engine.ts';
import { planRun } from '../plan-run.ts';
import { agreement, largestDifference } from './compare-runs.fixture.ts';
import { integerSynapseUse } from './integer-synapse-use.ts';
import { fromIntegerWeights } from './integer-weights.fixture.ts';
import { createSegmentedEngine } from './segmented-engine.ts';
import { randomImages, randomNumbers } from './small-networks.fixture.ts';

/** One convolution of a small network; 'same' padding of a 3×3 window unless the attributes say otherwise. */
interface Layer {
  readonly outputs: number;
  readonly window?: readonly number[];
  readonly biased?: boolean;
  readonly attributes?: AttributeInputs;
}

/** Convolutions one after the other on images [N, 3, 9, 13], and a classifier; the first one reads the image. */
function network(layers: readonly Layer[]): Model {
  const graph = new Graph('convolutions');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 3, 9, 13] });
  let [value, channels] = ['x', 3];
  for (const [i, { outputs, window = [3, 3], biased = true, attributes = {} }] of layers.entries()) {
    const groups = (attributes.group as number | undefined) ?? 1;
    const shape = [outputs, channels / groups, ...window];
    const inputs = sizeOf(shape.slice(1));
    const weight = Tensor.float32(shape, randomNumbers(outputs * inputs, Math.sqrt(3 / inputs), i));
    const bias = Tensor.float32([outputs], randomNumbers(outputs, 0.2, 20 + i));
    value = build.op(
      'Conv',
      [value, build.constant(`w${i}`, weight), ...(biased ? [build.constant(`b${i}`, bias)] : [])],
      { pads: [1, 1, 1, 1], ...attributes },
      { name: `conv${i}` },
    );
    channels = outputs;
  }
  const pooled = build.op('Flatten', [build.op('GlobalAveragePool', [value])], { axis: 1 });
  const head = build.constant('head', Tensor.float32([channels, 5], randomNumbers(channels * 5, 1, 9)));
  graph.addOutput({ name: build.op('MatMul', [pooled, head]), dataType: 'float32', shape: ['batch', 5] });
  return new Model(graph, 17);
}

/** With thresholds so large that the largest level is never used. */
function spiking(model: Model, steps: number): Model {
  const sites = synapticInputSites(model.graph);
  const spec = {
    neuron: multiThreshold,
    attributes: { levels: 8, base: 2, rule: 'nearest' },
    parameters: { thresholdPositive: 0.1, thresholdNegative: 0.1, deadZone: 0.75 },
  };
  return toSpikingForm(
    model,
    sites.map((site) => ({ ...site, ...spec })),
    steps,
  );
}

/** The same with the weights of the convolutions behind neurons replaced by what 8 bits make of them. */
function withDequantisedWeights(model: Model): Model {
  const copy = model.clone();
  for (const [name, tensor] of copy.graph.initializers) {
    if (!/^w[1-9]$/.test(name)) continue;
    const outputs = tensor.shape[0]!;
    const matrix = Tensor.float32([outputs, tensor.size / outputs], tensor.toFloat32());
    const rounded = fromIntegerWeights(matrix, true).toFloat32();
    copy.graph.setInitializer(name, Tensor.float32(tensor.shape, rounded));
  }
  return copy;
}

const layers: readonly Layer[] = [
  { outputs: 6 },
  { outputs: 7, attributes: { strides: [2, 2] } },
  { outputs: 9, biased: false, attributes: { pads: [0, 1, 2, 0], strides: [1, 2] } },
  { outputs: 8, window: [1, 1], attributes: { pads: [0, 0, 0, 0] } },
  { outputs: 5, window: [2, 3], attributes: { pads: [0, 1, 1, 1] } },
];

describe('convolutions on 8-bit synapses', () => {
  it.each([1, 3])(
    'give exactly what the weights rounded to 8 bits give in float32: T = %i',
    async (steps) => {
      const model = spiking(network(layers), steps);
      const slow = await createInGraphEngine(planRun(withDequantisedWeights(model), { statistics: true }));
      const fast = await createSegmentedEngine(planRun(model, { statistics: true }), { synapses: 'int8' });
      const input = randomImages([3, 3, 9, 13]);
      const [expected, got] = [await slow.run(input), await fast.run(input)];
      expect(largestDifference(got.logits, expected.logits)).toBeLessThan(1e-4);
      expect(agreement(got.activity!, expected.activity!)).toBeGreaterThan(0.999);
      expect(fast.leftInFloat).toEqual([]);
      expect(integerSynapseUse(planRun(model)).operators).toBe(4);
      await slow.close();
      await fast.close();
    },
  );

  it('give every image what it gets alone, however many are unfolded at once', async () => {
    const model = spiking(network([{ outputs: 32 }, { outputs: 32 }, { outputs: 4 }]), 2);
    const engine = await createSegmentedEngine(planRun(model), { synapses: 'int8' });
    const batch = randomImages([24, 3, 9, 13]);
    const { logits } = await engine.run(batch);
    const size = batch.data.length / 24;
    for (const image of [0, 17, 23]) {
      const data = batch.data.slice(image * size, (image + 1) * size) as Float32Array;
      const alone = await engine.run({ shape: [1, 3, 9, 13], data });
      for (const t of [0, 1])
        expect(logits.data.slice((t * 24 + image) * 5, (t * 24 + image + 1) * 5)).toEqual(
          alone.logits.data.slice(t * 5, (t + 1) * 5),
        );
    }
    await engine.close();
  });
});

describe('convolutions that have no fast form on 8 bits', () => {
  it.each([
    ['a grouped convolution is slower on 8 bits', { group: 2 }],
    ['a dilated convolution', { dilations: [2, 2], pads: [2, 2, 2, 2] }],
  ])('stay in float32 and are named: %s', async (reason, attributes) => {
    const model = spiking(network([{ outputs: 6 }, { outputs: 6, attributes }]), 2);
    const exact = await createSegmentedEngine(planRun(model));
    const left = await createSegmentedEngine(planRun(model), { synapses: 'int8' });
    expect(left.leftInFloat).toEqual([{ site: 'conv1.in', reason }]);
    const input = randomImages([2, 3, 9, 13]);
    expect((await left.run(input)).logits).toEqual((await exact.run(input)).logits);
    await exact.close();
    await left.close();
  });
});
