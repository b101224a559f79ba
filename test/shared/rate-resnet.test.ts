import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import type { TensorBatch } from '../../src/data/load-batch.ts';
import { createInGraphEngine } from '../../src/engines/in-graph-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import type { FloatTensor } from '../../src/graph/float-tensor.ts';
import { methodNamed } from '../../src/methods/methods.ts';
import { openInputs } from '../../src/opening/open-inputs.ts';
import { type Network, openNetwork } from '../../src/opening/open-network.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { hasShared, shared } from './shared-folder.ts';

const archive = shared('data', 'cifar10', 'cifar10_jpg.tar.gz');
const found = hasShared('models', 'resnet20-cifar10') && hasShared('data', 'cifar10', 'cifar10_jpg.tar.gz');

const classes = 10;
/** Images of each class: to calibrate with, and to measure on. */
const perClass = { train: 13, test: 20 };

/** Takes the first images of each class out of the archive. */
function extract(folder: string): void {
  const names = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');
  const files = (['train', 'test'] as const).flatMap((split) =>
    names.flatMap((name) =>
      Array.from({ length: perClass[split] }, (_, i) => `${split}/${name}/${String(i).padStart(4, '0')}.jpg`),
    ),
  );
  const { status, stderr } = spawnSync('tar', ['xzf', archive, '-C', folder, ...files], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
}

/** One batch of a whole split, the classes taking turns, so that a part of it holds all of them. */
async function loadSplit(
  network: Network,
  folder: string,
): Promise<FloatTensor & Pick<TensorBatch, 'labels'>> {
  const inputs = await openInputs(network, folder, { batchSize: 4096 });
  const { value: batch } = (await inputs.batches().next()) as { value: TensorBatch };
  const size = batch.data.length / batch.labels.length;
  const each = batch.labels.length / classes;
  const order = batch.labels.map((_, i) => (i % classes) * each + Math.floor(i / classes));
  const data = new Float32Array(batch.data.length);
  for (const [to, from] of order.entries())
    data.set(batch.data.subarray(from * size, (from + 1) * size), to * size);
  return { shape: batch.shape, data, labels: order.map((i) => batch.labels[i]) };
}

/** Number of right answers in each row of logits. */
function rightAnswers(logits: ArrayLike<number>, labels: readonly (number | undefined)[]): number[] {
  const rows = logits.length / classes / labels.length;
  return Array.from({ length: rows }, (_, t) => {
    const answers = labels.map((_label, n) => {
      const from = (t * labels.length + n) * classes;
      const row = Array.from({ length: classes }, (_unused, k) => logits[from + k]!);
      return row.indexOf(Math.max(...row));
    });
    return answers.filter((answer, n) => answer === labels[n]).length;
  });
}

describe.skipIf(!found)('ResNet-20 on CIFAR-10 images stored as JPEG', () => {
  const folder = found ? mkdtempSync(join(tmpdir(), 'transpike-cifar-')) : '';
  let network: Network;
  let test: Awaited<ReturnType<typeof loadSplit>>;
  let train: Awaited<ReturnType<typeof loadSplit>>;

  beforeAll(async () => {
    extract(folder);
    network = await openNetwork(shared('models', 'resnet20-cifar10'));
    test = await loadSplit(network, join(folder, 'test'));
    train = await loadSplit(network, join(folder, 'train'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Accuracy at every step, in per cent. */
  async function accuracies(method: string, preset: string, steps: number): Promise<number[]> {
    const { model, record } = await convert(network.model, {
      method: methodNamed(method),
      preset,
      steps,
      calibration: () => [train],
    });
    expect(record.sites).toHaveLength(19);
    expect(record.parityDeviation).toBeLessThan(1e-5);
    const engine = await createInGraphEngine(planRun(model));
    const sums = new Array<number>(steps).fill(0);
    const [images, size] = [test.shape[0]!, test.data.length / test.shape[0]!];
    for (let from = 0; from < images; from += 20) {
      const batch = {
        shape: [20, ...test.shape.slice(1)],
        data: test.data.slice(from * size, (from + 20) * size),
      };
      const { logits } = await engine.run(batch);
      for (const [t, right] of rightAnswers(logits.data, test.labels.slice(from, from + 20)).entries())
        sums[t]! += right;
    }
    await engine.close();
    return sums.map((sum) => (100 * sum) / images);
  }

  it('has the accuracy of its authors, less what the JPEG files cost', async () => {
    const session = await OrtSession.create(network.model);
    const [right] = rightAnswers((await session.run(test)).get('logits')!.data, test.labels);
    await session.release();
    expect((100 * right!) / test.labels.length).toBeGreaterThan(76);
  });

  it('is converted best by ecc and cos, then opi, then plain rate coding at T = 4 and 8', async () => {
    const results = {
      rate: await accuracies('rate', 'percentile', 8),
      opi: await accuracies('opi', 'fitted', 8),
      cos: await accuracies('cos', 'rho4', 8),
      ecc: await accuracies('ecc', 'fitted', 8),
    };
    console.log(JSON.stringify(results));
    for (const t of [4, 8]) {
      const { rate, opi, cos, ecc } = results;
      expect(cos[t - 1]!).toBeGreaterThan(opi[t - 1]! + 10);
      expect(opi[t - 1]!).toBeGreaterThan(rate[t - 1]! + 10);
      expect(ecc[t - 1]!).toBeGreaterThan(opi[t - 1]! + 10);
    }
    expect(results.cos[3]).toBeGreaterThan(55);
    expect(results.ecc[7]).toBeGreaterThan(65);
  });
});
