import { describe, expect, it } from 'vitest';
import { convert } from '../../../conversion/convert.ts';
import { Graph } from '../../../graph/graph.ts';
import { GraphBuilder } from '../../../graph/graph-builder.ts';
import { Model } from '../../../graph/model.ts';
import { sizeOf } from '../../../graph/shape.ts';
import { Tensor } from '../../../graph/tensor.ts';
import { methodNamed } from '../../../methods/methods.ts';
import { createOracleEngine } from '../../oracle-engine.ts';
import { planRun } from '../../plan-run.ts';
import { largestDifference } from '../compare-runs.fixture.ts';
import { integerSynapseUse } from '../integer-synapse-use.ts';
import { createSegmentedEngine } from '../segmented-engine.ts';
import { randomImages, randomNumbers } from '../small-networks.fixture.ts';
import { withoutTimeAxis } from '../without-time-axis.ts';
import { driveByEvents } from './drive-by-events.ts';

/**
 * Two residual blocks, the second with stride 2 and a shortcut that takes every other place and fills up channels. Weights are
 * multiples of 1/64 from −127/64 on, the largest of each channel 127/64, so that 8 bits hold them exactly.
 */
function residualNetwork(scale = 1 / 64): Model {
  const graph = new Graph('residual');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2, 8, 9] });
  let seed = 0;
  const weight = (shape: readonly number[]) => {
    const perOutput = sizeOf(shape.slice(1));
    const numbers = randomNumbers(sizeOf(shape), 20, ++seed).map(
      (number, i) => scale * (i % perOutput === 3 ? 127 : Math.round(number)),
    );
    return build.constant(`w${seed}`, Tensor.float32(shape, numbers));
  };
  const convolve = (x: string, into: number, out: number, stride: number, name: string) =>
    build.op(
      'Conv',
      [
        x,
        weight([out, into, 3, 3]),
        build.constant('b', Tensor.float32([out], randomNumbers(out, 0.2, seed))),
      ],
      { pads: [1, 1, 1, 1], strides: [stride, stride] },
      { name },
    );
  const relu = (x: string) => build.op('Relu', [x]);
  const first = relu(convolve('x', 2, 18, 1, 'first'));
  const inner = relu(convolve(first, 18, 18, 1, 'inner'));
  const block = relu(build.op('Add', [convolve(inner, 18, 18, 1, 'second'), first]));
  const halved = relu(convolve(block, 18, 36, 2, 'halved'));
  const places = [
    [0, 0],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2, 3],
    [2, 2],
  ] as const;
  const every = build.op('Slice', [block, ...places.map((numbers) => build.integers('slice', numbers))]);
  const pads = build.integers('pads', [0, 9, 0, 0, 0, 9, 0, 0]);
  const shortcut = build.op('Pad', [every, pads]);
  const last = relu(build.op('Add', [convolve(halved, 36, 36, 1, 'third'), shortcut]));
  const pooled = build.op('Flatten', [build.op('GlobalAveragePool', [last])], { axis: 1 });
  const hidden = relu(build.op('Gemm', [pooled, weight([12, 36])], { transB: 1 }, { name: 'hidden' }));
  const inside = relu(build.op('Gemm', [hidden, weight([11, 12])], { transB: 1 }, { name: 'inside' }));
  build.op('Gemm', [inside, weight([5, 11])], { transB: 1 }, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 5] });
  return new Model(graph, 17);
}

async function spiking(method: string, preset?: string): Promise<Model> {
  const { model } = await convert(residualNetwork(), {
    method: methodNamed(method),
    ...(preset && { preset }),
    steps: 8,
    calibration: () => [randomImages([4, 2, 8, 9], 9)],
  });
  return model;
}

describe('event-driven layers', () => {
  it('are found from the input to what is no sum of spikes', async () => {
    const plan = planRun(await spiking('rate'));
    const network = withoutTimeAxis(plan.model, [plan.logits]);
    const layers = [...driveByEvents(network, plan).values()];
    expect(layers.map(({ terms }) => terms.map(({ operator }) => operator))).toEqual([
      [],
      ['inner'],
      ['second', undefined],
      ['halved'],
      ['third', undefined],
    ]);
    expect(network.model.graph.nodes.filter(({ opType }) => opType === 'Conv')).toHaveLength(1);
  });

  it.each([
    { method: 'rate', preset: undefined, steps: 1, batch: 1 },
    { method: 'rate', preset: undefined, steps: 9, batch: 3 },
    { method: 'rate', preset: 'channel-percentile-half', steps: 7, batch: 2 },
    { method: 'opi', preset: undefined, steps: 6, batch: 2 },
    { method: 'ultra-low-latency', preset: undefined, steps: 5, batch: 2 },
  ])('spike as the oracle does: $method/$preset, T = $steps, batch $batch', async (each) => {
    const { method, preset, steps, batch } = each;
    const plan = planRun(await spiking(method, preset), { steps, statistics: true });
    const [oracle, engine] = [createOracleEngine(plan), await createSegmentedEngine(plan)];
    const input = randomImages([batch, 2, 8, 9]);
    const [expected, got] = [await oracle.run(input), await engine.run(input)];
    await engine.close();
    expect(got.activity).toEqual(expected.activity);
    expect(largestDifference(got.logits, expected.logits)).toBeLessThan(1e-4);
  });

  it('report spikes and what they decode to as any neurons do', async () => {
    const model = await spiking('rate');
    const { sites } = planRun(model);
    const keep = sites.slice(0, 3).flatMap(({ spikes, decoded }) => [spikes, decoded]);
    const plan = planRun(model, { steps: 4, keep });
    const [oracle, engine] = [createOracleEngine(plan), await createSegmentedEngine(plan)];
    const input = randomImages([2, 2, 8, 9]);
    const [expected, got] = [await oracle.run(input), await engine.run(input)];
    await engine.close();
    for (const name of keep) {
      expect(got.values.get(name)!.shape).toEqual(expected.values.get(name)!.shape);
      expect(largestDifference(got.values.get(name)!, expected.values.get(name)!)).toBeLessThan(1e-6);
    }
  });

  it('spike with 8-bit weights as with float32 ones where 8 bits hold those exactly', async () => {
    const plan = planRun(await spiking('rate'), { steps: 9, statistics: true });
    const [float, whole] = [
      await createSegmentedEngine(plan),
      await createSegmentedEngine(plan, { synapses: 'int8' }),
    ];
    const input = randomImages([3, 2, 8, 9]);
    const [expected, got] = [await float.run(input), await whole.run(input)];
    await float.close();
    await whole.close();
    expect(got.activity).toEqual(expected.activity);
    expect(integerSynapseUse(plan).operators).toBe(4);
  });
});
