import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { randomNumbers, saveCheckpoint, tiny, tinyWeights } from '../../checkpoints/tiny-vit.fixture.ts';
import { convert } from '../../conversion/convert.ts';
import { prepareSource } from '../../conversion/prepare-source.ts';
import type { Batch } from '../../data/load-batch.ts';
import { sourceEnergy } from '../../energy/relative-energy.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { sizeOf } from '../../graph/shape.ts';
import { differential } from '../../methods/differential.ts';
import { openCheckpoint } from '../../opening/open-checkpoint.ts';
import { measureNetwork, withSourceLogits } from './measure-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'measure-'));
afterAll(() => rmSync(folder, { recursive: true }));

const steps = 3;
const shape = [4, 3, tiny.height, tiny.width];
const pixels = sizeOf(shape.slice(1));

async function* batches(): AsyncGenerator<Batch> {
  for (const seed of [1, 2]) {
    const numbers = [0, 1, 2, 3];
    yield {
      ids: numbers.map((i) => `${seed}-${i}`),
      labels: numbers.map((i) => i % tiny.classes),
      shape,
      data: randomNumbers(4 * pixels, seed),
    };
  }
}

it('finds what an evaluation of the same images finds, both estimates of energy included', async () => {
  const source = (await openCheckpoint(await saveCheckpoint(folder, tinyWeights()))).model;
  const calibration = () => [{ shape, data: randomNumbers(4 * pixels, 3) }];
  const { model } = await convert(source, { method: differential, steps, calibration });
  const { clean, sites } = await prepareSource(source, differential);
  const energy = sourceEnergy(clean, sites);
  const compared = await withSourceLogits(clean.model, batches(), 1);
  const { measurement } = await measureNetwork(model, steps, compared, 1, energy);

  const end = await evaluate({ model, steps, data: { size: 8, batches }, quantised: false });
  if (!end.finished) throw new Error('not finished');
  const last = end.result.steps.at(-1)!;
  expect(measurement.top1).toBe(last.top1);
  expect(measurement.sourceTop1).toBe(end.result.source.top1);
  expect(measurement.agreement).toBe(last.agreement);
  expect(measurement.ecmtRatio).toBeCloseTo(last.energy.ecmtRatio, 12);
  expect(last.energy.full[0]!.device).toBe('45nm-fp32');
  expect(measurement.fullRatio).toBeCloseTo(last.energy.full[0]!.ratio, 12);
});
