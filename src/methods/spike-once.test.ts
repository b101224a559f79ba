import { describe, expect, it } from 'vitest';
import { cnnImages, residualCnn } from '../../test/conformance/residual-cnn.fixture.ts';
import { smallPerceptron } from '../conformance/small-perceptron.ts';
import { convert } from '../conversion/convert.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { windowsOf } from '../spiking/timeline.ts';
import { spikeOnce } from './spike-once.ts';

const converted = async (source: Model, preset: string, steps: number) =>
  (
    await convert(source, {
      method: spikeOnce,
      preset,
      steps,
      calibration: () => [cnnImages(16, 1)],
      batchSize: 16,
    })
  ).model;

describe('spike-once', () => {
  it('is the network itself in continuous time, with max-pooling, residual sums, padding and average pooling', async () => {
    const source = residualCnn(17);
    const model = await converted(source, 'continuous', 1);
    const { shape, data } = cnnImages(16, 1);
    const { logits } = await createOracleEngine(planRun(model)).run({ shape, data });
    const exact = evaluateModel(source, { x: ndArray(shape, Float64Array.from(data)) }).get('logits');
    // Batch normalisation is folded in float32.
    for (const [i, value] of (exact?.data ?? []).entries()) expect(logits.data[i]).toBeCloseTo(value, 5);
  });

  it('tells the picture by spikes, too, from the lowest number of each channel on', async () => {
    const [input, ...hidden] = sitesOf(await converted(residualCnn(17), 'percentile', 4));
    expect(input?.name).toBe('x.in');
    expect(hidden).toHaveLength(4);
    const { data } = cnnImages(16, 1);
    const channel = Array.from(data).filter((_, i) => Math.floor(i / 64) % 3 === 1);
    const offsets = input?.parameters.offset?.toNumbers() ?? [];
    expect(input?.parameters.offset?.shape).toEqual([3, 1, 1]);
    expect(offsets[1]).toBeCloseTo(Math.min(...channel), 6);
  });

  it('lasts as many windows as there are sites on the longest way', async () => {
    const model = await converted(residualCnn(17), 'percentile', 4);
    expect(windowsOf(model.graph, sitesOf(model))).toBe(5);
  });

  it('refuses softmax, normalisation at run time and products of activations, and names them all', async () => {
    const graph = new Graph('attention');
    const build = new GraphBuilder(graph);
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4, 6] });
    const weight = (name: string) =>
      build.constant(name, Tensor.float32([6, 6], new Float32Array(36).fill(0.1)));
    const mean = build.op('ReduceMean', ['x'], { axes: [-1] }, { name: 'mean' });
    const centred = build.op('Sub', ['x', mean], {}, { name: 'centred' });
    const variance = build.op('Mul', [centred, centred], {}, { name: 'square' });
    const deviation = build.op('Sqrt', [variance], {}, { name: 'root' });
    const normed = build.op('Div', [centred, deviation], {}, { name: 'normed' });
    const query = build.op('Relu', [build.op('MatMul', [normed, weight('wq')])]);
    const keys = build.op('Transpose', [query], { perm: [0, 2, 1] });
    const scores = build.op('MatMul', [query, keys], {}, { name: 'scores' });
    const shares = build.op('Softmax', [scores], { axis: -1 }, { name: 'shares' });
    const mixed = build.op('MatMul', [shares, query], {}, { name: 'mixed' });
    build.op('Softmax', [build.op('MatMul', [mixed, weight('wo')])], { axis: -1 }, { name: 'y' });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 4, 6] });
    const options = { method: spikeOnce, steps: 4, calibration: () => [] };
    const scales =
      'it scales activations by others, which single spikes cannot. Use a method for any network, such as ecmt.';
    const none =
      'no neuron that spikes once stands for it. Use a network of ReLU whose normalisation can be folded into weights, or a method for any network, such as ecmt.';
    const product =
      'it multiplies activations by each other, which single spikes cannot. Use a method for any network, such as ecmt.';
    await expect(convert(new Model(graph, 17), options)).rejects.toThrow(
      [
        "graph 'attention': cannot be converted:",
        `  - Mul 'square': ${scales}`,
        `  - Sqrt 'root': ${none}`,
        `  - Div 'normed': ${scales}`,
        `  - MatMul 'scores': ${product}`,
        `  - Softmax 'shares': ${none}`,
        `  - MatMul 'mixed': ${product}`,
      ].join('\n'),
    );
  });

  it('takes a softmax behind the readout for what it is: computed from the answer', async () => {
    const source = smallPerceptron();
    const build = new GraphBuilder(source.graph);
    build.op('Softmax', ['logits'], { axis: -1 }, { name: 'shares' });
    source.graph.setOutputs([{ name: 'shares', dataType: 'float32', shape: ['batch', 3] }]);
    const random = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const { record } = await convert(source, {
      method: spikeOnce,
      steps: 4,
      calibration: () => [{ shape: [8, 8], data: random }],
    });
    expect(record.sites).toHaveLength(3);
  });
});
