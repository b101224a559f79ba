import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { ecmtRatio, operatorActivities } from '../energy/ecmt-ratio.ts';
import { operatorCosts } from '../energy/operator-costs.ts';
import { siteCarrying } from '../energy/site-carrying.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { methodNamed } from '../methods/methods.ts';
import { fewSpikes } from '../neurons/few-spikes.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm, toSpikingForm } from '../spiking/spiking-form.ts';
import { createInGraphEngine } from './in-graph-engine.ts';
import { createOracleEngine } from './oracle-engine.ts';
import { planRun } from './plan-run.ts';
import { createSegmentedEngine } from './segmented/segmented-engine.ts';
import { SpikesThrough } from './spikes-through.ts';

const wave = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(7 * i + 1) / 2);

/** Convolution, ReLU, residual sum of two ReLUs, average pooling, flattening, classifier. */
function cnn(): Model {
  const graph = new Graph('cnn');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 1, 6, 6] }]);
  const build = new GraphBuilder(graph);
  const weight = (name: string, ...shape: number[]) =>
    build.constant(name, Tensor.float32(shape, wave(sizeOf(shape))));
  const pads = { pads: [1, 1, 1, 1] };
  const first = build.op('Relu', [
    build.op('Conv', ['x', weight('w1', 2, 1, 3, 3)], pads, { name: 'conv1' }),
  ]);
  const second = build.op('Relu', [
    build.op('Conv', [first, weight('w2', 2, 2, 3, 3)], pads, { name: 'conv2' }),
  ]);
  const sum = build.op('Add', [first, second]);
  const pooled = build.op('AveragePool', [sum], { kernel_shape: [2, 2], strides: [2, 2] });
  const third = build.op('Relu', [
    build.op('Conv', [pooled, weight('w3', 3, 2, 3, 3)], pads, { name: 'conv3' }),
  ]);
  graph.append(
    node('Gemm', [build.op('Flatten', [third]), weight('w4', 27, 4)], ['y'], {}, { name: 'head' }),
  );
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 4] }]);
  return new Model(graph, 17);
}

describe('SpikesThrough', () => {
  it('follows any number of residual sums', () => {
    const graph = new Graph('sums');
    graph.setInputs([{ name: 'spikes', dataType: 'float32', shape: ['batch', 4] }]);
    const build = new GraphBuilder(graph);
    const first = build.op('Relu', ['spikes']);
    let value = first;
    const depth = 20_000;
    for (let i = 0; i < depth; i++) value = build.op('Add', [value, first]);
    const other = build.op('Add', [value, build.op('Exp', [value])]);
    const through = new SpikesThrough(graph, new Map([[first, 'spikes']]));
    const operators = graph.nodes.length;
    const found = graph.producerOf(through.of(value)!);
    expect([found?.opType, found?.inputs[1]]).toEqual(['Add', 'spikes']);
    expect(graph.nodes.length - operators).toBe(depth);
    expect(through.of(other)).toBeUndefined();
  });

  it('counts the non-zero inputs of operators behind pooling and residual sums', async () => {
    const input = { shape: [2, 1, 6, 6], data: wave(72).map(Math.abs) };
    const { model } = await convert(cnn(), {
      method: methodNamed('rate'),
      steps: 4,
      calibration: () => [input],
    });
    const [a, b] = sitesOf(model);
    const plan = planRun(model, { statistics: true, keep: [a!.spikes, b!.spikes] });
    const { activity, values } = await createOracleEngine(plan).run(input);
    expect(Object.keys(activity!.inputs).sort()).toEqual(['conv3', 'head']);

    const [x, y] = [values.get(a!.spikes)!.data, values.get(b!.spikes)!.data];
    const expected = [0, 1, 2, 3].map((t) => {
      let count = 0;
      for (let map = 0; map < 4; map++) {
        for (let row = 0; row < 3; row++) {
          for (let column = 0; column < 3; column++) {
            const at = (i: number, j: number) => ((t * 4 + map) * 6 + 2 * row + i) * 6 + 2 * column + j;
            const window = [at(0, 0), at(0, 1), at(1, 0), at(1, 1)];
            if (window.some((i) => x[i] !== 0 || y[i] !== 0)) count++;
          }
        }
      }
      return count;
    });
    expect(activity!.inputs.conv3).toEqual(expected);

    const activities = operatorActivities(
      await operatorCosts(toSourceForm(model)),
      activity!,
      siteCarrying(sitesOf(model)),
      2,
    );
    const conv3 = activities.find(({ name }) => name === 'conv3')!;
    expect(conv3.operations).toEqual(expected.map((count) => ((count / 18) * conv3.macs) / 2));
    expect(ecmtRatio(activities).at(-1)).toBeLessThan((4 * 0.9) / 4.6);
  });

  it('bills a position behind pooling for the numbers of spikes that arrive there, averages rounded up', async () => {
    const graph = new Graph('pooled');
    graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 1, 2, 4] }]);
    const build = new GraphBuilder(graph);
    const carried = build.op('Identity', ['x'], {}, { name: 'carried' });
    const pooled = build.op(
      'AveragePool',
      [carried],
      { kernel_shape: [2, 2], strides: [2, 2] },
      { name: 'pool' },
    );
    const weight = build.constant('w', Tensor.float32([1, 1, 1, 1], [1]));
    graph.append(node('Conv', [pooled, weight], ['y'], {}, { name: 'conv' }));
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 1, 1, 2] }]);
    const thresholds = { thresholdPositive: 1, thresholdNegative: 1 };
    const spec = { neuron: fewSpikes, attributes: { bits: 4 }, parameters: thresholds };
    const place = { name: 'site', value: 'carried', readers: [{ node: 'pool', input: 0 }] };
    const model = toSpikingForm(new Model(graph, 17), [{ ...place, ...spec }], 1);
    // 7, 3, 1 and 0 have 3 + 2 + 1 + 0 binary digits 1, a mean of 1.5; 4 has one, a mean of 0.25.
    const input = { shape: [1, 1, 2, 4], data: Float32Array.from([7, 3, 0, 0, 1, 0, -4, 0]) };
    const plan = planRun(model, { statistics: true });
    const engines = [
      createOracleEngine(plan),
      await createInGraphEngine(plan),
      await createSegmentedEngine(plan),
    ];
    for (const engine of engines) {
      const { activity } = await engine.run(input);
      expect(activity).toMatchObject({ spikes: { site: [7] }, inputs: { conv: [2 + 1] } });
      await engine.close();
    }
  });
});
