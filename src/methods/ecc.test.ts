import { beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { evaluateSource } from '../engines/evaluate-source.fixture.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { ecc } from './ecc.ts';

const wave = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + phase));
const images = { shape: [4, 2, 8, 8], data: wave(512, 1) };

/** stem → residual block with an identity shortcut → average pooling → head. */
function network(): Model {
  const graph = new Graph('residual');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2, 8, 8] }]);
  const build = new GraphBuilder(graph);
  const conv = (name: string, from: string, phase: number, into: number, out: number) => {
    const shape = [out, into, 3, 3];
    const weight = build.constant('w', Tensor.float32(shape, wave(sizeOf(shape), phase)));
    return build.op('Conv', [from, weight], { pads: [1, 1, 1, 1] }, { name });
  };
  const relu = (name: string, from: string) => build.op('Relu', [from], {}, { name });
  const stem = relu('stem.act', conv('stem.conv', 'x', 1, 2, 3));
  const inner = relu('block.act1', conv('block.conv1', stem, 2, 3, 3));
  const sum = build.op('Add', [conv('block.conv2', inner, 3, 3, 3), stem], {}, { name: 'block.add' });
  const pooled = build.op(
    'AveragePool',
    [relu('block.act2', sum)],
    { kernel_shape: [2, 2], strides: [2, 2] },
    { name: 'pool' },
  );
  const flat = build.op('Flatten', [pooled], { axis: 1 });
  const weight = build.constant('w', Tensor.float32([48, 5], wave(240, 4)));
  graph.setOutputs([
    {
      name: build.op('MatMul', [flat, weight], {}, { name: 'head' }),
      dataType: 'float32',
      shape: ['batch', 5],
    },
  ]);
  return new Model(graph, 17);
}

const converted = async (preset: keyof typeof ecc.presets) =>
  (await convert(network(), { method: ecc, preset, steps: 8, calibration: () => [images] })).model;

const thresholds = (model: Model) =>
  Object.fromEntries(
    sitesOf(model).map(({ name, parameters }) => [name, (parameters.threshold as Tensor).toNumber()]),
  );

describe('ecc as published', () => {
  let own: Model;
  let plain: Model;
  beforeAll(async () => {
    [own, plain] = await Promise.all([converted('as-published'), converted('max')]);
  });

  it('has neurons behind average pooling, whose threshold is the largest mean', () => {
    expect(Object.keys(thresholds(plain))).toEqual(['stem.act.out', 'block.act1.out', 'block.act2.out']);
    const { 'pool.pool': pooled, 'block.act2.out': before } = thresholds(own);
    expect(pooled).toBeGreaterThan(0);
    expect(pooled).toBeLessThan(before!);
  });

  it('gives what enters a residual sum and what stands behind it the larger threshold of both', () => {
    const [shared, single] = [thresholds(own), thresholds(plain)];
    const largest = Math.max(single['stem.act.out']!, single['block.act2.out']!);
    expect(shared['stem.act.out']).toBe(largest);
    expect(shared['block.act2.out']).toBe(largest);
    expect(shared['block.act1.out']).toBe(single['block.act1.out']);
  });

  it('is the source network without its neurons, and comes the nearer to it with them the longer it runs', async () => {
    const source = evaluateSource(network(), images);
    expect(Array.from(evaluateSource(toSourceForm(own), images).data)).toEqual(Array.from(source.data));
    const { logits } = await (await createOracleEngine(planRun(own, { steps: 128 }))).run(images);
    const size = source.data.length;
    const errors = [16, 128].map((t) =>
      Math.hypot(...source.data.map((value, i) => logits.data[(t - 1) * size + i]! - value)),
    );
    // Spike counts are within one of what is wanted, so that errors fall with 1/T.
    expect(errors[1]).toBeLessThan(errors[0]! / 4);
  });
});

describe('ecc without an upper bound', () => {
  it('tells activations beyond the threshold, in every engine', async () => {
    const model = await converted('unbounded');
    for (const { node } of sitesOf(model)) {
      const name = node.inputs.find((input) => input.endsWith('threshold'));
      const tensor = model.graph.initializers.get(name!)!;
      model.graph.setInitializer(
        name!,
        Tensor.float64(
          tensor.shape,
          tensor.toNumbers().map((each) => each / 8),
        ),
      );
    }
    const source = evaluateSource(network(), images);
    const plan = planRun(model, { steps: 8 });
    const { logits } = await (await createOracleEngine(plan)).run(images);
    const last = logits.data.slice(-source.data.length);
    const scale = Math.max(...source.data.map(Math.abs));
    for (const [i, value] of last.entries())
      expect(Math.abs(value - source.data[i]!)).toBeLessThan(0.1 * scale);
    const engine = await createSegmentedEngine(plan);
    const fast = await engine.run(images).finally(() => engine.close());
    for (const [i, value] of fast.logits.data.entries()) expect(value).toBeCloseTo(logits.data[i]!, 3);
  });
});
