import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { openDataset } from '../opening/open-dataset.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { ArrayLoader, openArrayData } from './data/array-data.ts';
import { BatchLoader } from './data/batch-loader.ts';
import { openTrainingData } from './data/training-data.ts';
import { useQcfs } from './networks/use-qcfs.ts';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
const count = 300;

interface BundledConfig {
  readonly preprocess: { readonly mean: number[]; readonly std: number[] };
  readonly training: { readonly testAccuracy: number };
  readonly activation?: { readonly levels: number; readonly thresholds: Readonly<Record<string, number>> };
}

async function accuracyOf(model: Model, { preprocess }: BundledConfig): Promise<number> {
  const data = await openTrainingData(await openDataset(`glyphs:test?size=${count}`), 1);
  const loader = new BatchLoader(data, count, preprocess);
  await loader.loadTest(0);
  const session = await OrtSession.create(model);
  const { logits } = Object.fromEntries(
    await session.run({ shape: [count, 1, 32, 32], data: loader.inputs }),
  );
  await session.release();
  let right = 0;
  for (let row = 0; row < count; row++) {
    const scores = [...logits!.data.subarray(36 * row, 36 * (row + 1))];
    right += loader.targets[36 * row + scores.indexOf(Math.max(...scores))]!;
  }
  return right / count;
}

/** NMSE of a network on snapshots at 15 dB, in decibels. */
async function nmseOf(model: Model, array: string): Promise<number> {
  const data = await openArrayData(await openDataset(`harmonic:test,${array}snr=15,seed=5,size=${count}`));
  const loader = new ArrayLoader(data, count);
  await loader.loadTest(0);
  const session = await OrtSession.create(model);
  const { logits } = Object.fromEntries(
    await session.run({ shape: [count, ...data.sampleShape], data: loader.inputs }),
  );
  await session.release();
  let [errors, squares] = [0, 0];
  for (const [i, target] of loader.targets.entries()) {
    errors += (Number(logits!.data[i]) - target) ** 2;
    squares += target ** 2;
  }
  return 10 * Math.log10(errors / squares);
}

describe('the bundled networks', () => {
  it.each([
    ['harmonic-1d', '', -13],
    ['harmonic-1d-close', '', -12],
    ['harmonic-2d', 'sensors=8x8,grid=16x16,', -8.3],
  ])('%s opens, is small, and is as good as it says', async (name, array, wanted) => {
    const folder = `${models}${name}`;
    const { model, config } = await openCheckpoint(folder);
    const { training } = config as { training: { testLoss: number; recipe: string } };
    expect(training.recipe).toBe(name);
    const said = 10 * Math.log10(training.testLoss);
    expect(said).toBeLessThan(wanted);
    expect(Math.abs((await nmseOf(model, array)) - said)).toBeLessThan(0.8);
    expect((await stat(`${folder}/model.safetensors`)).size).toBeLessThan(2_000_000);
  });

  it.each([
    ['glyphs-vit', 0.97],
    ['glyphs-cnn', 0.98],
    ['glyphs-cnn-qcfs', 0.98],
  ])('%s opens, is small, and is as good as it says', async (name, wanted) => {
    const folder = `${models}${name}`;
    const { model, config } = await openCheckpoint(folder);
    const bundled = config as BundledConfig;
    expect(bundled.training.testAccuracy).toBeGreaterThan(wanted);
    if (bundled.activation) {
      const { levels, thresholds } = bundled.activation;
      for (const threshold of useQcfs(model, levels, 1)) {
        const value = thresholds[threshold.replace('.threshold', '')]!;
        model.graph.setInitializer(threshold, Tensor.float32([], [value]));
      }
    }
    // A sample of 300 is within four standard deviations of the whole.
    expect(await accuracyOf(model, bundled)).toBeGreaterThan(bundled.training.testAccuracy - 0.03);
    const { size } = await stat(`${folder}/model.safetensors`);
    expect(size).toBeLessThan(6_000_000);
    const recipe = JSON.parse(await readFile(`${models}../recipes/${name}.json`, 'utf8'));
    expect(bundled.preprocess).toMatchObject({ mean: recipe.data.mean, std: recipe.data.std });
  });
});
