import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { engines } from '../engines/engines.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun, type RunResult } from '../engines/plan-run.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { rate } from '../methods/rate.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { attentionNetwork, type BatchLayout, convolutionNetwork } from './batch-layouts.fixture.ts';
import { freeBatch } from './free-batch.ts';

function images(count: number, shape: readonly number[]): FloatTensor {
  const size = count * sizeOf(shape);
  return {
    shape: [count, ...shape],
    data: Float32Array.from({ length: size }, (_, i) => Math.sin(i * 7.13)),
  };
}

async function run(model: Model, input: FloatTensor): Promise<FloatTensor> {
  const session = await OrtSession.create(model);
  const outputs = await session.run(input).finally(() => session.release());
  return outputs.get('logits')!;
}

function largestDifference(a: FloatTensor, b: FloatTensor): number {
  expect(a.shape).toEqual(b.shape);
  return Math.max(...Array.from(a.data, (value, i) => Math.abs(value - b.data[i]!)));
}

const networks = [
  { name: 'attention', make: attentionNetwork, shape: [5, 8], method: ecmt },
  { name: 'convolutions', make: convolutionNetwork, shape: [2, 6, 6], method: rate },
];
const layouts: BatchLayout[] = ['one', 'behind'];

describe.each(networks)('freeBatch of $name', ({ make, shape, method }) => {
  it('leaves a network alone that has a leading batch', async () => {
    const model = make('leading');
    const free = await freeBatch(model);
    expect(free.graph.nodes).toEqual(model.graph.nodes);
  });

  it.each(layouts)('gives a network with a leading batch the same logits: %s', async (layout) => {
    const free = await freeBatch(make(layout));
    expect(free.graph.inputs).toEqual([{ name: 'x', dataType: 'float32', shape: ['batch', ...shape] }]);
    expect(free.graph.outputs).toEqual([{ name: 'logits', dataType: 'float32', shape: ['batch', 3] }]);
    for (const count of [1, 2, 5]) {
      const input = images(count, shape);
      expect(largestDifference(await run(free, input), await run(make('leading'), input))).toBeLessThan(1e-5);
    }
  });

  it.each(layouts)(
    'lets a network be converted and run by every engine as with a leading batch: %s',
    async (layout) => {
      const calibration = () => [images(4, shape)];
      const converted = async (each: BatchLayout) =>
        (await convert(make(each), { method, steps: 3, calibration, batchSize: 4 })).model;
      const [model, leading] = [await converted(layout), await converted('leading')];
      expect(sitesOf(model)).toHaveLength(sitesOf(leading).length);
      const input = images(3, shape);
      const expected = await createOracleEngine(planRun(leading, { statistics: true })).run(input);
      const plan = planRun(model, { statistics: true });
      const got: RunResult[] = [await createOracleEngine(plan).run(input)];
      for (const engine of [engines.fast, engines['in-graph']]) {
        const made = await engine(plan, {});
        got.push(await made.run(input).finally(() => made.close()));
      }
      for (const { logits, activity } of got) {
        expect(largestDifference(logits, expected.logits)).toBeLessThan(1e-3);
        expect(Object.values(activity!.spikes)).toEqual(Object.values(expected.activity!.spikes));
        expect(Object.values(activity!.products)).toEqual(Object.values(expected.activity!.products));
      }
      expect(
        largestDifference(await run(toSourceForm(model), input), await run(make('leading'), input)),
      ).toBeLessThan(1e-5);
    },
  );
});

it('refuses a network with a dynamic batch whose images influence each other', async () => {
  const graph = new Graph('mixing');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 4] }]);
  const build = new GraphBuilder(graph);
  const mean = build.op('ReduceMean', ['x'], { axes: [0], keepdims: 1 });
  build.op('Sub', ['x', mean], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 4] }]);
  await expect(freeBatch(new Model(graph, 17))).rejects.toThrow(
    "graph 'mixing': expected a network that treats every image of a batch by itself, got other numbers for an image when other images are in its batch.",
  );
});

it('says of a network without a batch axis that it has none', async () => {
  const graph = new Graph('single');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: [4] }]);
  const build = new GraphBuilder(graph);
  const weights = build.constant('w', Tensor.float32([4, 3], Array(12).fill(0.5)));
  build.op('MatMul', ['x', weights], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: [3] }]);
  await expect(freeBatch(new Model(graph, 17))).rejects.toThrow(
    "graph 'single': expected inputs with an axis for the batch, of any length or of length 1, got x [4], which runs with no other length of its first axis. Export the model with a batch axis in front, such as x [batch,4].",
  );
});
