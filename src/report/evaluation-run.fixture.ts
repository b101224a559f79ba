import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomNumbers, saveCheckpoint, tiny, tinyWeights } from '../checkpoints/tiny-vit.fixture.ts';
import { noteFineTuning } from '../conversion/conversion-record.ts';
import { convert } from '../conversion/convert.ts';
import type { Batch } from '../data/load-batch.ts';
import type { Synapses } from '../engines/engines.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { ecmt } from '../methods/ecmt.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import type { FineTuningResult } from '../results/fine-tuning-result.ts';
import { describeEnvironment } from '../runs/describe-environment.ts';
import { RunRecord } from '../runs/run-record.ts';

const shape = [3, tiny.height, tiny.width];
const pixels = sizeOf(shape);

/** What a made run is like; by default a tiny spiking Transformer on 24 labelled images. */
export interface MadeRun {
  readonly steps?: number;
  readonly images?: number;
  readonly labelled?: boolean;
  readonly spiking?: boolean;
  readonly name?: string;
  readonly synapses?: Synapses;
  /** How the network is said to have been fine-tuned. Default: not at all */
  readonly fineTuning?: FineTuningResult;
}

/** Evaluates a tiny network into a folder, as the command line would. */
export async function makeRun({
  steps = 3,
  images = 24,
  labelled = true,
  spiking = true,
  name = 'tiny-vit',
  synapses = 'float32',
  fineTuning,
}: MadeRun = {}): Promise<{ folder: string; model: Model; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  const { model: source } = await openCheckpoint(await saveCheckpoint(folder, tinyWeights()));
  const calibration = () => [{ shape: [8, ...shape], data: randomNumbers(8 * pixels, 2) }];
  const model = spiking ? (await convert(source, { method: ecmt, steps, calibration })).model : source;
  if (fineTuning) noteFineTuning(model, fineTuning);
  const record = await RunRecord.open(folder, { model: name, data: 'random', ...(spiking && { steps }) });
  await evaluate({
    model,
    record,
    synapses,
    data: { size: images, batches: () => batches(images, labelled) },
  });
  const classes = ['ant', 'bee, wild', '<b>cat</b>', 'dog', 'elk'];
  const environment = describeEnvironment({ name, model, classes });
  await writeFile(join(folder, 'environment.json'), JSON.stringify(environment));
  return { folder, model, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function* batches(images: number, labelled: boolean): AsyncGenerator<Batch> {
  for (let from = 0; from < images; from += 8) {
    const count = Math.min(8, images - from);
    const numbers = Array.from({ length: count }, (_, i) => from + i);
    yield {
      ids: numbers.map((i) => `image${i}`),
      labels: numbers.map((i) => (labelled ? i % tiny.classes : undefined)),
      shape: [count, ...shape],
      data: Float32Array.from(numbers.flatMap((i) => [...randomNumbers(pixels, 100 + i)])),
    };
  }
}
