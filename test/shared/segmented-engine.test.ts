import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { createInGraphEngine } from '../../src/engines/in-graph-engine.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { agreement, largestDifference } from '../../src/engines/segmented/compare-runs.fixture.ts';
import { createSegmentedEngine } from '../../src/engines/segmented/segmented-engine.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { readOnnx } from '../../src/files/read-onnx.ts';
import { methodNamed } from '../../src/methods/methods.ts';
import { sitesOf } from '../../src/spiking/neuron-node.ts';
import { hasShared, shared } from './shared-folder.ts';

const golden = (name: string) => shared('golden', 'ecmt-vit-depth2', name);

describe.skipIf(!hasShared('golden', 'ecmt-vit-depth2'))('the segmented engine on the golden ViT', () => {
  test.each(['timm_opset14', 'timm_opset17', 'ref_opset14', 'ref_opset17'])(
    'gives the results of the in-graph engine and the reference logits: %s',
    async (file) => {
      const json = JSON.parse(readFileSync(golden('thresholds.json'), 'utf8'));
      const images = await readNpy(golden('images.npy'));
      const sums = await readNpy(golden('snn_cumlogits_f32.npy'));
      const source = await readOnnx(golden(`${file}.onnx`));
      const { model } = await convert(source, {
        method: methodNamed('ecmt'),
        preset: 'reference',
        steps: 8,
        thresholds: { json, where: 'thresholds.json' },
      });
      const plan = planRun(model, { statistics: true });
      const input = { shape: images.shape, data: images.data as Float32Array };
      const [slow, fast] = [await createInGraphEngine(plan), await createSegmentedEngine(plan)];
      const [expected, got] = [await slow.run(input), await fast.run(input)];
      await slow.close();
      await fast.close();
      expect(got.logits.shape).toEqual(expected.logits.shape);
      expect(largestDifference(got.logits, expected.logits)).toBeLessThan(1e-4);
      expect(agreement(got.activity!, expected.activity!)).toBeGreaterThan(0.999);
      const means = Float32Array.from(sums.data as Float32Array, (sum, i) => sum / (Math.floor(i / 80) + 1));
      expect(largestDifference(got.logits, { shape: sums.shape, data: means })).toBeLessThan(1e-4);
    },
  );

  test('fires as the oracle does, spike by spike', async () => {
    const json = JSON.parse(readFileSync(golden('thresholds.json'), 'utf8'));
    const images = await readNpy(golden('images.npy'));
    const { model } = await convert(await readOnnx(golden('timm_opset17.onnx')), {
      method: methodNamed('ecmt'),
      preset: 'reference',
      steps: 4,
      thresholds: { json, where: 'thresholds.json' },
    });
    const plan = planRun(model, { keep: sitesOf(model).map(({ spikes }) => spikes) });
    const input = { shape: images.shape, data: images.data as Float32Array };
    const fast = await createSegmentedEngine(plan);
    const [expected, got] = [await createOracleEngine(plan).run(input), await fast.run(input)];
    await fast.close();
    let [same, all] = [0, 0];
    for (const [name, { data }] of expected.values) {
      const spikes = got.values.get(name)!.data;
      expect(spikes.length).toBe(data.length);
      for (const [i, spike] of data.entries()) {
        if (Math.abs(spike - spikes[i]!) <= 1e-5 * Math.abs(spike)) same++;
      }
      all += data.length;
    }
    expect(all).toBeGreaterThan(10_000);
    expect(same / all).toBeGreaterThan(0.999);
  });
});
