import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { findObstacles } from '../conversion/find-obstacles.ts';
import { type InputBatch, joinSamples, type NamedInputs } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { ecmt } from '../methods/ecmt.ts';
import { rate } from '../methods/rate.ts';
import { sampleShapes } from '../sessions/input-lengths.ts';
import { withKnownLengths } from '../sessions/known-lengths.ts';
import { sampleInputs } from '../sessions/sample-inputs.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { engines } from './engines.ts';
import { evaluateSource } from './evaluate-source.fixture.ts';
import { scaledWithTwoOutputs, sequenceFirst, tokenNetwork, twoPictures } from './input-networks.fixture.ts';
import { createOracleEngine } from './oracle-engine.ts';
import { planRun } from './plan-run.ts';
import { largestDifference } from './segmented/compare-runs.fixture.ts';

async function samples(model: Model, count: number): Promise<InputBatch> {
  const shapes = sampleShapes(await withKnownLengths(model));
  return joinSamples(Array.from({ length: count }, (_, i) => sampleInputs(model.graph, shapes, i)));
}

const networks = [
  { name: 'tokens, a mask and shared positions', make: tokenNetwork, method: ecmt },
  { name: 'tokens of an open length', make: () => tokenNetwork('sequence'), method: ecmt },
  { name: 'two pictures, one in bytes', make: twoPictures, method: rate },
  { name: 'a scalar, float64 and two outputs', make: scaledWithTwoOutputs, method: ecmt },
  { name: 'a sequence in front of the batch', make: sequenceFirst, method: ecmt },
  { name: 'a sequence in front of activations', make: sequenceFirst, method: rate },
];

describe.each(networks)('a network with $name', ({ make, method }) => {
  it.each(Object.entries(engines))('gives what the oracle gives, on the engine %s', async (_, start) => {
    const source = make();
    expect(findObstacles(source)).toEqual([]);
    const batch = await samples(source, 5);
    const { model } = await convert(source, { method, steps: 3, calibration: () => [batch] });
    const plan = planRun(model, { statistics: true });
    const expected = await createOracleEngine(plan).run(batch);
    const engine = await start(plan, {});
    const got = await engine.run(batch).finally(() => engine.close());
    expect([...got.outputs.keys()]).toEqual(source.graph.outputs.map(({ name }) => name));
    for (const [name, output] of expected.outputs) {
      expect(got.outputs.get(name)!.shape).toEqual(output.shape);
      expect(largestDifference(got.outputs.get(name)!, output)).toBeLessThan(1e-5);
    }
    expect(got.activity).toEqual(expected.activity);
  });

  it('comes close to its source network over many steps', async () => {
    const batch = await samples(make(), 3);
    const { model } = await convert(make(), { method, steps: 64, calibration: () => [batch] });
    const { logits } = await createOracleEngine(planRun(model)).run(batch);
    const source = evaluateSource(toSourceForm(model), batch);
    const last = { shape: source.shape, data: logits.data.subarray(-source.data.length) };
    expect(largestDifference(last, source)).toBeLessThan(0.2);
  });
});

describe('engines', () => {
  it.each(Object.entries(engines))(
    'take data of another length from one batch to the next: %s',
    async (_, start) => {
      const source = tokenNetwork('sequence');
      const { model } = await convert(source, {
        method: ecmt,
        steps: 2,
        calibration: async function* () {
          yield await samples(source, 4);
        },
      });
      const plan = planRun(model);
      const engine = await start(plan, {});
      for (const length of [8, 3, 8]) {
        const shapes = new Map([
          ['input_ids', [2, length]],
          ['attention_mask', [2, length]],
          ['position_ids', [length]],
        ]);
        const batch = sampleInputs(source.graph, shapes, length);
        const expected = await createOracleEngine(plan).run(batch);
        expect(largestDifference((await engine.run(batch)).logits, expected.logits)).toBeLessThan(1e-5);
      }
      await engine.close();
    },
  );

  it('take one sample of an input for all of another one', async () => {
    const source = tokenNetwork();
    const batch = (await samples(source, 3)) as NamedInputs;
    const { model } = await convert(source, { method: ecmt, steps: 2, calibration: () => [batch] });
    const engine = await engines.fast(planRun(model), {});
    const mask = { shape: [1, 6], data: Int32Array.of(1, 1, 1, 1, 0, 0) };
    const all = { shape: [3, 6], data: Float32Array.from({ length: 18 }, (_, i) => (i % 6 < 4 ? 1 : 0)) };
    const once = await engine.run({ inputs: { ...batch.inputs, attention_mask: mask } });
    const thrice = await engine.run({ inputs: { ...batch.inputs, attention_mask: all } });
    await engine.close();
    expect(once.logits).toEqual(thrice.logits);
  });
});
