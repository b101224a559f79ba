import { availableParallelism } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { createInGraphEngine } from '../../src/engines/in-graph-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { agreement, largestDifference } from '../../src/engines/segmented/compare-runs.fixture.ts';
import { createSegmentedEngine } from '../../src/engines/segmented/segmented-engine.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { npyToFloat32 } from '../../src/formats/npy.ts';
import { rowsOf } from '../../src/graph/float-tensor.ts';
import { ecmt } from '../../src/methods/ecmt.ts';
import { topClasses } from '../../src/metrics/top-classes.ts';
import { openInputs } from '../../src/opening/open-inputs.ts';
import { type Network, openNetwork } from '../../src/opening/open-network.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { hasShared, shared } from './shared-folder.ts';

const images = shared('data', 'imagenet-sample');
const synsets = shared('models', 'deit-tiny', 'synset_words.txt');
const threads = availableParallelism();

const bestOf = (logits: ArrayLike<number>) => topClasses(logits, 1)[0];

describe.skipIf(!hasShared('models', 'deit-tiny'))('DeiT-Tiny on 500 images', () => {
  let network: Network;
  beforeAll(async () => {
    network = await openNetwork(shared('models', 'deit-tiny'));
  });

  it('gives the reference logits through our own preprocessing, and 79.2 % top-1', async () => {
    const reference = await readNpy(shared('models', 'deit-tiny', 'reference_logits_even_500x1000_f32.npy'));
    const expected = rowsOf({ shape: reference.shape, data: npyToFloat32(reference) }).map(bestOf);
    const inputs = await openInputs(network, images, { labels: synsets });
    const session = await OrtSession.create(network.model, { threads });
    const best: (number | undefined)[] = [];
    let correct = 0;
    for await (const batch of inputs.batches()) {
      const rows = rowsOf((await session.run(batch)).get('logits')!);
      for (const [i, top] of rows.map(bestOf).entries()) {
        best.push(top);
        if (top === batch.labels[i]) correct++;
      }
    }
    await session.release();
    expect(best).toHaveLength(500);
    expect(best.filter((top, i) => top === expected[i]).length / 500).toBeGreaterThanOrEqual(0.995);
    expect(Math.abs(correct / 500 - 0.792)).toBeLessThanOrEqual(0.004);
  });

  it('spikes with 96 sites; two steps of the tuned preset come close to the source for less than half the energy', async () => {
    const calibration = await openInputs(network, images, { limit: 32, needsLabels: false });
    const { model, record } = await convert(network.model, {
      method: ecmt,
      steps: 2,
      threads,
      calibration: () => calibration.batches(),
    });
    expect(record.sites).toHaveLength(96);
    expect(record.parityDeviation).toBeLessThan(1e-4);
    const inputs = await openInputs(network, images, { labels: synsets, limit: 80 });
    const end = await evaluate({ model, threads, data: { size: 80, batches: inputs.batches } });
    if (!end.finished) throw new Error('not finished');
    const { source, steps } = end.result;
    expect(steps[1]!.energy.ecmtRatio).toBeLessThan(0.45);
    expect(source.top1! - steps[1]!.top1!).toBeLessThan(0.1);
    expect(steps[1]!.agreement).toBeGreaterThan(0.75);
  });
  it('fires the same spikes in the fast engine as in ONNX Runtime alone, at steps that are no powers of two too', async () => {
    const inputs = await openInputs(network, images, { limit: 8, needsLabels: false });
    const { model } = await convert(network.model, {
      method: ecmt,
      steps: 3,
      threads,
      calibration: () => inputs.batches(),
    });
    const plan = planRun(model, { statistics: true });
    const [slow, fast] = [await createInGraphEngine(plan, { threads }), await createSegmentedEngine(plan)];
    for await (const batch of inputs.batches()) {
      const [expected, got] = [await slow.run(batch), await fast.run(batch)];
      expect(largestDifference(got.logits, expected.logits)).toBeLessThan(1e-4);
      expect(agreement(got.activity!, expected.activity!)).toBeGreaterThan(0.99999);
    }
    await slow.close();
    await fast.close();
  });
});
