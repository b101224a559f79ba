import { describe, expect, it } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import { createInGraphEngine } from '../../engines/in-graph-engine.ts';
import { twoPictures } from '../../engines/input-networks.fixture.ts';
import { planRun } from '../../engines/plan-run.ts';
import { randomImages, smallCnn, smallVit } from '../../engines/segmented/small-networks.fixture.ts';
import { spikeTrains, spikeValues } from '../../engines/spike-trains.ts';
import { ConversionError } from '../../errors.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { Graph } from '../../graph/graph.ts';
import type { InputBatch } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { node } from '../../graph/node.ts';
import { methodNamed } from '../../methods/methods.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { giveTimeAxis } from '../../spiking/inputs-over-time.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { unrolled } from './unrolled.ts';

const steps = 3;

async function spiking(model: Model, input: InputBatch, method: string): Promise<Model> {
  return (await convert(model, { method: methodNamed(method), steps, calibration: () => [input] })).model;
}

async function run(model: Model, input: InputBatch): Promise<ReadonlyMap<string, FloatTensor>> {
  const session = await OrtSession.create(model);
  const outputs = await session.run(input);
  await session.release();
  return outputs;
}

/** Largest difference of outputs of both forms, spikes of all sites among them. */
async function deviation(model: Model, input: InputBatch): Promise<number> {
  const laidOut = (await unrolled.make(model, { spikesOf: ['all'] })) as Model;
  expect(laidOut.functions).toEqual([]);
  expect(laidOut.graph.nodes.filter(({ domain, opType }) => domain !== '' || opType === 'Scan')).toEqual([]);
  const outputs = await run(laidOut, input);
  const sites = sitesOf(model);
  const plan = planRun(model, { keep: spikeValues(sites) });
  const engine = await createInGraphEngine(plan);
  const result = await engine.run(input);
  await engine.close();
  const trains = spikeTrains(sites, result.values, plan.steps + plan.hiddenSteps, plan.hiddenSteps);
  const expected = [
    ...result.outputs,
    ...trains.map(({ site, spikes }): [string, FloatTensor] => [`${site}.spikes`, spikes]),
  ];
  return Math.max(
    ...expected.map(([name, { shape, data }]) => {
      const made = outputs.get(name)!;
      expect(made.shape).toEqual(shape);
      return Array.from(data).reduce((most, value, i) => Math.max(most, Math.abs(value - made.data[i]!)), 0);
    }),
  );
}

describe('a model laid out over its steps', () => {
  const images = randomImages([2, 2, 9, 9]);

  it.each(['rate', 'cos', 'ecmt', 'burst', 'spike-once', 'st-bif'])(
    'is the spiking model: %s',
    async (method) => {
      expect(await deviation(await spiking(smallCnn(), images, method), images)).toBeLessThan(1e-5);
    },
  );

  it('has attention whose shapes are computed from the input', async () => {
    const pictures = randomImages([2, 3, 8, 8]);
    expect(await deviation(await spiking(smallVit(), pictures, 'ecmt'), pictures)).toBeLessThan(1e-5);
  });

  it('sees inputs over time', async () => {
    const film = giveTimeAxis(twoPictures(), { left: 'running-mean' });
    const left = randomImages([2, steps, 2, 6, 6]);
    const right = Uint8Array.from({ length: 128 }, (_, i) => (37 * i) % 251);
    const input = { inputs: { left, right: { shape: [2, 8, 8, 1], data: right } } };
    expect(await deviation(await spiking(film, input, 'ecmt'), input)).toBeLessThan(1e-5);
  });

  it('runs as many steps as are asked for', async () => {
    const model = await spiking(smallCnn(), images, 'rate');
    const made = (await unrolled.make(model, { steps: 5 })) as Model;
    expect((await run(made, images)).get('logits')?.shape).toEqual([5, 2, 5]);
    await expect(unrolled.make(model, { spikesOf: ['nothing'] })).rejects.toThrow(
      /^site 'nothing': expected all, or some of .*, got a site that the network does not have\. Give the names of sites\.$/,
    );
  });

  it('cannot have operators that run other graphs', async () => {
    const model = await spiking(smallCnn(), images, 'rate');
    const body = new Graph('then');
    body.append(node('Identity', ['logits'], ['inner']));
    body.setOutputs([{ name: 'inner', dataType: 'float32', shape: undefined }]);
    const changed = model.clone();
    changed.graph.addInput({ name: 'wanted', dataType: 'bool', shape: [] });
    changed.graph.append(
      node(
        'If',
        ['wanted'],
        ['chosen'],
        { then_branch: body, else_branch: body.clone() },
        { name: 'choice' },
      ),
    );
    changed.graph.addOutput({ name: 'chosen', dataType: 'float32', shape: undefined });
    await expect(unrolled.make(changed)).rejects.toThrow(ConversionError);
    await expect(unrolled.make(changed)).rejects.toThrow(/choice.*: an operator that runs another graph/);
  });
});
