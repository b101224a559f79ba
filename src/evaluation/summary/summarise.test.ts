import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  randomNumbers,
  runNetwork,
  saveCheckpoint,
  tiny,
  tinyWeights,
} from '../../checkpoints/tiny-vit.fixture.ts';
import { convert } from '../../conversion/convert.ts';
import type { Batch } from '../../data/load-batch.ts';
import { totalEnergy } from '../../energy/energy-breakdown.ts';
import { createInGraphEngine } from '../../engines/in-graph-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import type { Model } from '../../graph/model.ts';
import { ecmt } from '../../methods/ecmt.ts';
import { confidenceOfRows } from '../../metrics/confidence.ts';
import { topClasses } from '../../metrics/top-classes.ts';
import { openCheckpoint } from '../../opening/open-checkpoint.ts';
import { quantisationPlacesOf, quantisedNetwork } from '../../quantisation/quantised-networks.ts';
import { readQuantisers } from '../../quantisation/quantiser-table.ts';
import { type EvaluationResult, evaluationSchema } from '../../results/evaluation-result.ts';
import { RunRecord } from '../../runs/run-record.ts';
import { evaluate } from '../evaluate.ts';

const images = 6;
const steps = 3;
const pixels = 3 * tiny.height * tiny.width;
const data = randomNumbers(images * pixels, 5);
const shape = [images, 3, tiny.height, tiny.width];
const folder = mkdtempSync(join(tmpdir(), 'summarise-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function* batches(skip: ReadonlySet<string>): AsyncGenerator<Batch> {
  for (const from of [0, 3]) {
    const numbers = [from, from + 1, from + 2];
    const ids = numbers.map((i) => `image${i}`);
    if (ids.some((id) => skip.has(id))) continue;
    yield {
      ids,
      labels: numbers.map((i) => i % tiny.classes),
      shape: [3, ...shape.slice(1)],
      data: data.slice(from * pixels, (from + 3) * pixels),
    };
  }
}

let spiking: Model;
let result: EvaluationResult;
let predictions: {
  steps: number[][];
  confidence: number[];
  quantised: number[][];
  source: number[];
  label: number;
}[];

beforeAll(async () => {
  const source = (await openCheckpoint(await saveCheckpoint(folder, tinyWeights()))).model;
  spiking = (await convert(source, { method: ecmt, steps: 2, calibration: () => [{ shape, data }] })).model;
  const home = join(folder, 'run');
  const end = await evaluate({
    model: spiking,
    steps,
    data: { size: images, batches },
    record: await RunRecord.open(home, { steps }),
    exitConfidence: 0.37,
  });
  if (!end.finished) throw new Error('not finished');
  result = end.result;
  const lines = readFileSync(join(home, 'batches.jsonl'), 'utf8').trim().split('\n');
  predictions = lines.flatMap((line) => JSON.parse(line).predictions);
});

describe('the result of an evaluation', () => {
  it('is what its schema reads from the file, to the last field', () => {
    const written: unknown = JSON.parse(readFileSync(join(folder, 'run', 'result.json'), 'utf8'));
    expect(evaluationSchema.parse(written)).toEqual(written);
    expect(written).toEqual(result);
  });

  it('has the answers of the quantised networks, with the clip ranges of the conversion', async () => {
    expect(result.quantised!.ranges).toBe('conversion');
    expect(result.quantised!.networks.map(({ steps: of, bits, capped }) => [of, bits, capped])).toEqual([
      [[1], [5, 5], false],
      [[2, 3], [8, 8], true],
    ]);
    const table = readQuantisers(spiking, quantisationPlacesOf(spiking).points)!;
    const five = Object.fromEntries(result.sites.map(({ name }) => [name, 5]));
    const logits = await runNetwork(await quantisedNetwork(spiking, table, { bits: five }), data, images);
    const best = predictions.map((_, i) =>
      topClasses(logits.subarray(i * tiny.classes, (i + 1) * tiny.classes), 5),
    );
    expect(predictions.map(({ quantised }) => quantised[0])).toEqual(best);
    const agreeing = predictions.filter(({ source }, i) => source[0] === best[i]![0]).length;
    expect(result.quantised!.networks[0]!.agreement).toBeCloseTo(agreeing / images, 12);
  });

  it('has the confidence of every image at every step, and stops images by it', async () => {
    const engine = await createInGraphEngine(planRun(spiking, { steps }));
    const { logits } = await engine.run({ shape, data });
    await engine.close();
    const rows = confidenceOfRows(logits);
    for (const [i, { confidence }] of predictions.entries()) {
      for (const [t, value] of confidence.entries()) expect(value).toBeCloseTo(rows[t * images + i]!, 5);
    }
    const found = result.earlyExit.find(({ threshold }) => threshold === 0.37)!;
    const stops = predictions.map(({ confidence }) => {
      const at = confidence.findIndex((value) => value >= 0.37);
      return at < 0 ? steps : at + 1;
    });
    expect(found.meanSteps).toBeCloseTo(stops.reduce((a, b) => a + b, 0) / images, 12);
    const right = predictions.filter(
      ({ steps: answers, label }, i) => answers[stops[i]! - 1]![0] === label,
    ).length;
    expect(found.top1).toBeCloseTo(right / images, 12);
    const ratio = stops.reduce((sum, stop) => sum + result.steps[stop - 1]!.energy.ecmtRatio, 0) / images;
    expect(found.energy.ecmtRatio).toBeCloseTo(ratio, 12);
  });

  it('has energies that are the sums of their terms, and ratios that follow from them', () => {
    const { source, pays } = result.energy!;
    for (const { energy, t } of result.steps) {
      for (const [d, { device, nanojoules, ratio, breakdown }] of energy.full.entries()) {
        expect(nanojoules).toBeCloseTo(totalEnergy(breakdown), 9);
        expect(ratio).toBeCloseTo(nanojoules / source[d]!.nanojoules, 12);
        expect(pays[d]).toMatchObject({ device });
        expect(ratio < 1).toBe(t <= pays[d]!.steps);
      }
      const own = energy.full.find(({ device }) => device === '45nm-int8')!;
      const equal = result.quantised!.networks.find((each) => each.steps.includes(t))!;
      expect(energy.quantisedRatio).toBeCloseTo(own.nanojoules / equal.energy.nanojoules, 12);
    }
  });

  it('leaves the quantised networks out when it is told to', async () => {
    const end = await evaluate({
      model: spiking,
      steps: 1,
      data: { size: images, batches },
      quantised: false,
    });
    if (!end.finished) throw new Error('not finished');
    expect(end.result.quantised).toBeNull();
    expect(end.result.steps[0]!.energy.quantisedRatio).toBeNull();
  });

  it('takes the clip ranges from the first batch where the model has none', async () => {
    const bare = spiking.clone();
    bare.metadata.delete('transpike.quantisers');
    const end = await evaluate({ model: bare, steps: 1, data: { size: images, batches } });
    if (!end.finished) throw new Error('not finished');
    expect(end.result.quantised!.ranges).toBe('first batch');
  });
});
