import { describe, expect, it } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import type { Model } from '../../graph/model.ts';
import { methodNamed } from '../../methods/methods.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { createInGraphEngine } from '../in-graph-engine.ts';
import { type Plan, type PlanOptions, planRun, type RunResult } from '../plan-run.ts';
import { largestDifference } from './compare-runs.fixture.ts';
import { createSegmentedEngine, type SegmentedOptions } from './segmented-engine.ts';
import { randomImages, smallCnn, smallVit } from './small-networks.fixture.ts';

const networks = [
  { name: 'a small ViT', source: smallVit, input: [3, 8, 8], preset: 'tuned' },
  { name: 'a small ViT with the floor rule', source: smallVit, input: [3, 8, 8], preset: 'reference' },
  { name: 'a small CNN', source: smallCnn, input: [2, 9, 9], preset: 'tuned' },
] as const;

async function spiking(source: Model, input: readonly number[], preset: string): Promise<Model> {
  const { model } = await convert(source, {
    method: methodNamed('ecmt'),
    preset,
    steps: 4,
    calibration: () => [randomImages([4, ...input], 9)],
  });
  return model;
}

async function runBoth(plan: Plan, shape: readonly number[], options: SegmentedOptions = {}) {
  const [slow, fast] = [await createInGraphEngine(plan), await createSegmentedEngine(plan, options)];
  const input = randomImages(shape);
  const results: RunResult[] = [await slow.run(input), await fast.run(input)];
  await slow.close();
  await fast.close();
  return results as [RunResult, RunResult];
}

describe('the segmented engine', () => {
  describe.each(networks)('on $name', ({ source, input, preset }) => {
    it.each([
      { steps: 1, batch: 1 },
      { steps: 1, batch: 3 },
      { steps: 2, batch: 1 },
      { steps: 2, batch: 3 },
      { steps: 5, batch: 1 },
      { steps: 5, batch: 3 },
    ])('gives what the in-graph engine gives: T = $steps, batch $batch', async ({ steps, batch }) => {
      const model = await spiking(source(), input, preset);
      const [expected, got] = await runBoth(planRun(model, { steps, statistics: true }), [batch, ...input]);
      expect(got.logits.shape).toEqual(expected.logits.shape);
      expect(largestDifference(got.logits, expected.logits)).toBeLessThan(1e-4);
      expect(got.activity).toEqual(expected.activity);
      expect(Object.keys(got.activity!.products)).toEqual(Object.keys(expected.activity!.products));
    });
  });

  async function vitPlan(options: PlanOptions) {
    const model = await spiking(smallVit(), [3, 8, 8], 'tuned');
    return { plan: planRun(model, options), sites: sitesOf(model) };
  }

  it('reports kept values: running means before the first neuron, decoded values and spikes', async () => {
    const { sites } = await vitPlan({});
    const [first, later] = [sites[0]!, sites[5]!];
    const keep = [first.value, first.decoded, first.spikes, later.value, later.spikes];
    const { plan } = await vitPlan({ steps: 3, keep });
    const [expected, got] = await runBoth(plan, [2, 3, 8, 8]);
    for (const name of keep) {
      expect(got.values.get(name)!.shape).toEqual(expected.values.get(name)!.shape);
      expect(largestDifference(got.values.get(name)!, expected.values.get(name)!)).toBeLessThan(1e-4);
    }
  });

  it('runs a batch in parts when memory is bounded, with the same results', async () => {
    const { sites } = await vitPlan({});
    const { plan } = await vitPlan({ steps: 2, statistics: true, keep: [sites[3]!.decoded] });
    const [expected, got] = await runBoth(plan, [5, 3, 8, 8], { memoryMB: 0.04 });
    expect(got.logits.shape).toEqual([2, 5, 5]);
    expect(largestDifference(got.logits, expected.logits)).toBeLessThan(1e-4);
    const name = sites[3]!.decoded;
    expect(got.values.get(name)!.shape).toEqual(expected.values.get(name)!.shape);
    expect(largestDifference(got.values.get(name)!, expected.values.get(name)!)).toBeLessThan(1e-4);
    expect(got.activity).toEqual(expected.activity);
  });

  it('gives the same result again, whatever batch came between', async () => {
    const { plan } = await vitPlan({ steps: 2 });
    const engine = await createSegmentedEngine(plan);
    const [small, large] = [randomImages([2, 3, 8, 8], 1), randomImages([7, 3, 8, 8], 2)];
    const before = await engine.run(small);
    const copy = Float32Array.from(before.logits.data);
    await engine.run(large);
    const after = await engine.run(small);
    expect(before.logits.data).toEqual(copy);
    expect(after.logits.data).toEqual(copy);
    await engine.close();
  });

  it.each([
    ['in one part', {}, true],
    ['in several parts', { memoryMB: 0.04 }, false],
  ])('writes over the results of the run before where it may, %s', async (_, options, same) => {
    const { plan } = await vitPlan({ steps: 2 });
    const [first, second] = [randomImages([5, 3, 8, 8], 1), randomImages([5, 3, 8, 8], 2)];
    const engine = await createSegmentedEngine(plan, { ...options, overwrites: true });
    const before = await engine.run(first);
    const after = await engine.run(second);
    expect(after.logits.data.buffer === before.logits.data.buffer).toBe(same);
    await engine.close();
    const fresh = await createSegmentedEngine(plan, options);
    expect(after.logits).toEqual((await fresh.run(second)).logits);
    await fresh.close();
  });

  it('reuses the memory of values that are no longer needed', async () => {
    const { plan } = await vitPlan({ steps: 4 });
    const engine = await createSegmentedEngine(plan);
    const { bytes, bytesWithoutReuse } = await engine.memoryFor(8);
    expect(bytes).toBeLessThan(bytesWithoutReuse / 3);
    await engine.close();
  });

  it('refuses an input of the wrong shape', async () => {
    const { plan } = await vitPlan({ steps: 1 });
    const engine = await createSegmentedEngine(plan);
    await expect(engine.run(randomImages([1, 3, 8, 9]))).rejects.toThrow(
      /shape \[batch,3,8,8\], got \[1,3,8,9\]/,
    );
    await engine.close();
  });
});
