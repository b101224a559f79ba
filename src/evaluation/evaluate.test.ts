import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  randomNumbers,
  runNetwork,
  saveCheckpoint,
  tiny,
  tinyWeights,
} from '../checkpoints/tiny-vit.fixture.ts';
import { convert } from '../conversion/convert.ts';
import type { Batch } from '../data/load-batch.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { OutOfMemoryError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { topClasses } from '../metrics/top-classes.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { RunRecord } from '../runs/run-record.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { evaluate } from './evaluate.ts';

const images = 10;
const pixels = 3 * tiny.height * tiny.width;
const data = randomNumbers(images * pixels, 5);
const folder = mkdtempSync(join(tmpdir(), 'evaluate-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ten labelled images in batches of four, of which some cannot be read. */
async function* batches(
  skip: ReadonlySet<string>,
  onSkipped: (id: string, reason: string) => void,
  damaged: readonly string[] = ['image7'],
): AsyncGenerator<Batch> {
  const ids = Array.from({ length: images }, (_, i) => `image${i}`).filter((id) => !skip.has(id));
  const good = ids.filter((id) => !damaged.includes(id));
  for (let from = 0; from < good.length; from += 4) {
    const part = good.slice(from, from + 4);
    if (from >= 4) for (const id of damaged) onSkipped(id, 'damaged');
    const numbers = part.map((id) => Number(id.slice(5)));
    yield {
      ids: part,
      labels: numbers.map((i) => i % tiny.classes),
      shape: [part.length, 3, tiny.height, tiny.width],
      data: Float32Array.from(numbers.flatMap((i) => [...data.subarray(i * pixels, (i + 1) * pixels)])),
    };
  }
}

let source: Model;
let spiking: Model;
beforeAll(async () => {
  source = (await openCheckpoint(await saveCheckpoint(folder, tinyWeights()))).model;
  const calibration = () => [{ shape: [images, 3, tiny.height, tiny.width], data }];
  spiking = (await convert(source, { method: ecmt, steps: 2, calibration })).model;
});

const input = { size: images, batches };
const settings = { model: 'tiny', steps: 3 };

describe('evaluate', () => {
  it('says what 8-bit synapses cost beside float32 ones, from two plain runs', async () => {
    const inOneThread = await evaluate({ model: spiking, data: input, synapses: 'int8', quantised: false });
    const plain = await evaluate({ model: spiking, data: input, quantised: false });
    if (!inOneThread.finished || !plain.finished) throw new Error('not finished');
    expect(plain.result.synapses).toBeNull();
    const { steps, ...rest } = inOneThread.result.synapses!;
    // Queries, keys and values, the projection and both layers of the MLP in each of two blocks; products are of spikes.
    expect(rest).toEqual({ operators: 8, allOperators: 14, inFloat: [], images: 9 });
    for (const [i, { t, top1, float32Top1, lost, won }] of steps.entries()) {
      expect(t).toBe(i + 1);
      expect(top1).toBe(inOneThread.result.steps[i]!.top1);
      expect(float32Top1).toBe(plain.result.steps[i]!.top1);
      expect((won! - lost!) / 9).toBeCloseTo(top1! - float32Top1!, 12);
    }
    expect(steps).toHaveLength(2);
  });

  it('compares nothing where no synapse fits into 8 bits', async () => {
    const model = spiking.clone();
    // Neurons whose two thresholds differ by more than a factor of 2 are left in float32.
    for (const { parameterValues, parameters } of sitesOf(model)) {
      const threshold = parameters.thresholdPositive!.toNumber();
      model.graph.setInitializer(parameterValues.thresholdNegative!, Tensor.float64([], [5 * threshold]));
    }
    const end = await evaluate({ model, data: input, synapses: 'int8', quantised: false });
    if (!end.finished) throw new Error('not finished');
    expect(end.result.synapses).toMatchObject({ operators: 0, allOperators: 14, images: 0, steps: [] });
  });

  it('gives accuracy, agreement, rates and energy that follow from the logits and spikes of plain runs', async () => {
    const end = await evaluate({ model: spiking, steps: 3, data: input });
    if (!end.finished) throw new Error('not finished');
    const { result } = end;
    expect(result.images).toBe(9);
    expect(result.skipped).toEqual([{ id: 'image7', reason: 'damaged' }]);

    const kept = [0, 1, 2, 3, 4, 5, 6, 8, 9];
    const all = await runNetwork(source, data, images);
    const best = kept.map((i) => topClasses(all.subarray(i * tiny.classes, (i + 1) * tiny.classes), 1)[0]);
    const share = (holds: (i: number, k: number) => boolean) => kept.filter(holds).length / kept.length;
    expect(result.source.top1).toBeCloseTo(
      share((i, k) => best[k] === i % tiny.classes),
      12,
    );
    expect(result.source.top5).toBe(1);

    const sites = sitesOf(spiking);
    const engine = await createInGraphEngine(
      planRun(spiking, { steps: 3, keep: sites.map(({ spikes }) => spikes) }),
    );
    const inputs = Float32Array.from(kept.flatMap((i) => [...data.subarray(i * pixels, (i + 1) * pixels)]));
    const { logits, values } = await engine.run({ shape: [9, 3, tiny.height, tiny.width], data: inputs });
    await engine.close();
    for (const step of result.steps) {
      const row = (k: number) => ((step.t - 1) * 9 + k) * tiny.classes;
      const classes = kept.map(
        (_, k) => topClasses(logits.data.subarray(row(k), row(k) + tiny.classes), 1)[0],
      );
      expect(step.agreement).toBeCloseTo(
        share((_, k) => classes[k] === best[k]),
        12,
      );
      expect(step.top1).toBeCloseTo(
        share((i, k) => classes[k] === i % tiny.classes),
        12,
      );
      const [low, high] = step.agreementInterval!;
      expect(low).toBeLessThanOrEqual(step.agreement!);
      expect(high).toBeGreaterThanOrEqual(step.agreement!);
    }
    const nonZero = sites.map(({ spikes }) => values.get(spikes)!.data.filter((value) => value !== 0).length);
    const neurons = sites.map(({ spikes }) => values.get(spikes)!.data.length);
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    expect(result.steps[2]!.firingRate).toBeCloseTo(sum(nonZero) / sum(neurons), 12);
    expect(result.steps[0]!.energy.ecmtRatio).toBeLessThan(result.steps[1]!.energy.ecmtRatio);
  });

  it('reads every image once, whatever looks at the first ones', async () => {
    const read: string[] = [];
    const counted: typeof batches = async function* (...args) {
      for await (const batch of batches(...args)) {
        read.push(...batch.ids);
        yield batch;
      }
    };
    // Without the clip ranges of its conversion, the quantised networks need the first batch, too.
    const model = spiking.clone();
    model.metadata.delete('transpike.quantisers');
    const end = await evaluate({ model, data: { size: images, batches: counted }, synapses: 'int8' });
    if (!end.finished) throw new Error('not finished');
    expect(end.result).toMatchObject({ quantised: { ranges: 'first batch' }, synapses: { images: 9 } });
    expect(end.result.diagnosis?.images).toBe(4);
    expect(read.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9].map((i) => `image${i}`));
  });

  it('measures a network that does not spike', async () => {
    const end = await evaluate({ model: source, data: input });
    expect(end).toMatchObject({ finished: true, result: { images: 9, steps: [], sites: [] } });
  });

  it('goes on after an interruption and counts every image once', async () => {
    const whole = await evaluate({ model: spiking, steps: 3, data: input });
    const home = join(folder, 'interrupted');
    const controller = new AbortController();
    const first = await evaluate({
      model: spiking,
      steps: 3,
      data: input,
      record: await RunRecord.open(home, settings),
      signal: controller.signal,
      onProgress: ({ done }) => done >= 4 && controller.abort(),
    });
    expect(first).toEqual({ finished: false, done: 4 });
    // A line that was being written when the power went.
    appendFileSync(join(home, 'batches.jsonl'), '{"predictions":[{"id":"image4","source":[1');

    const record = await RunRecord.open(home, settings);
    expect(record.done).toHaveLength(1);
    const second = await evaluate({ model: spiking, steps: 3, data: input, record });
    if (!second.finished || !whole.finished) throw new Error('not finished');
    const { seconds: _, phases, ...resumed } = second.result;
    const { seconds: __, phases: all, ...once } = whole.result;
    const names = ['shapes', 'quantisation', 'loading', 'images', 'diagnosis', 'summary'];
    for (const each of [phases, all]) expect(each.map(({ name }) => name)).toEqual(names);
    expect(resumed).toEqual(once);
    expect(JSON.parse(readFileSync(join(home, 'result.json'), 'utf8'))).toEqual(second.result);
    const ids = readFileSync(join(home, 'batches.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .flatMap((line) => JSON.parse(line).predictions.map(({ id }: { id: string }) => id));
    expect(ids.sort()).toEqual([
      'image0',
      'image1',
      'image2',
      'image3',
      'image4',
      'image5',
      'image6',
      'image8',
      'image9',
    ]);
  });

  it('finishes a run of which only damaged images are left', async () => {
    const home = join(folder, 'damaged');
    const first = await evaluate({
      model: spiking,
      steps: 3,
      data: input,
      record: await RunRecord.open(home, settings),
    });
    rmSync(join(home, 'result.json'));
    const again = await evaluate({
      model: spiking,
      steps: 3,
      data: input,
      record: await RunRecord.open(home, settings),
    });
    if (!first.finished || !again.finished) throw new Error('not finished');
    expect(again.result.images).toBe(9);
    expect(again.result.skipped).toEqual(first.result.skipped);
  });

  it('finishes what was counted where the diagnosis does not fit into memory, and says so', async () => {
    const home = join(folder, 'undiagnosed');
    const open = () => RunRecord.open(home, settings);
    await evaluate({ model: spiking, steps: 3, data: input, record: await open() });
    rmSync(join(home, 'result.json'));
    const warnings: string[] = [];
    const end = await evaluate({
      model: spiking,
      steps: 3,
      // All images are done, so that the diagnosis alone asks for the first ones.
      data: {
        size: images,
        batches: async function* (skip, onSkipped) {
          if (skip.size === 0) throw new OutOfMemoryError('no memory');
          yield* batches(skip, onSkipped);
        },
      },
      record: await open(),
      onWarning: (message) => warnings.push(message),
    });
    expect(end.finished && [end.result.images, end.result.diagnosis]).toEqual([9, null]);
    expect(warnings).toEqual(['the diagnosis is left out: no memory']);
  });

  it('leaves a diagnosis out for which there is too little memory, without a try', async () => {
    const warnings: string[] = [];
    const end = await evaluate({
      model: spiking,
      steps: 3,
      data: input,
      freeMemory: () => 90 * 2 ** 20,
      onWarning: (message) => warnings.push(message),
    });
    expect(end.finished && [end.result.images, end.result.diagnosis]).toEqual([9, null]);
    expect(warnings).toEqual([
      'the diagnosis is left out: it takes 104 MB of memory at least, and 90 MB are free',
    ]);
  });

  it('leaves a diagnosis out that ended the process twice', async () => {
    const home = join(folder, 'fatal diagnosis');
    const warnings: string[] = [];
    const record = await RunRecord.open(home, settings);
    expect([await record.beginDiagnosis(), await record.beginDiagnosis()]).toEqual([0, 1]);
    const end = await evaluate({
      model: spiking,
      steps: 3,
      data: input,
      record,
      onWarning: (message) => warnings.push(message),
    });
    expect(end.finished && end.result.diagnosis).toBeNull();
    expect(warnings).toEqual([
      'the diagnosis is left out: the last attempts at it ended the process, perhaps for lack of memory',
    ]);
    expect(existsSync(join(home, 'diagnoses.jsonl'))).toBe(false);
  });

  it('counts a picture that was repaired before the run went on, and leaves it out no longer', async () => {
    const home = join(folder, 'repaired');
    const open = () => RunRecord.open(home, settings);
    await evaluate({ model: spiking, steps: 3, data: input, record: await open() });
    rmSync(join(home, 'result.json'));
    const repaired: typeof input = {
      size: images,
      batches: (skip, onSkipped) => batches(skip, onSkipped, []),
    };
    const again = await evaluate({ model: spiking, steps: 3, data: repaired, record: await open() });
    if (!again.finished) throw new Error('not finished');
    expect(again.result.images).toBe(10);
    expect(again.result.skipped).toEqual([]);
  });

  it('refuses labels that are no classes of the network', async () => {
    const wrong = async function* (): AsyncGenerator<Batch> {
      const [only] = [data.slice(0, pixels)];
      yield { ids: ['a'], labels: [999], shape: [1, 3, tiny.height, tiny.width], data: only! };
    };
    await expect(evaluate({ model: spiking, steps: 1, data: { size: 1, batches: wrong } })).rejects.toThrow(
      "image 'a': expected a label from 0 to 4, the classes of the network, got 999. Give the labels in the class order of the network.",
    );
  });

  it('starts anew when the run is finished, and refuses the folder of another run', async () => {
    const home = join(folder, 'finished');
    await evaluate({ model: spiking, steps: 3, data: input, record: await RunRecord.open(home, settings) });
    expect((await RunRecord.open(home, settings)).done).toHaveLength(0);
    await evaluate({ model: spiking, steps: 3, data: input, record: await RunRecord.open(home, settings) });
    await expect(RunRecord.open(home, { ...settings, steps: 4 })).rejects.toThrow(
      `${home}: expected the record of a run with the same settings, or none, got one that differs in steps. Choose another folder, or remove this one.`,
    );
    expect(existsSync(join(home, 'result.json'))).toBe(true);
  });

  it('refuses inputs that are not finite, which a neuron would hide', async () => {
    const bad = async function* (): AsyncGenerator<Batch> {
      yield {
        ids: ['a'],
        labels: [0],
        shape: [1, 3, tiny.height, tiny.width],
        data: new Float32Array(pixels).fill(Number.NaN),
      };
    };
    await expect(evaluate({ model: spiking, steps: 2, data: { size: 1, batches: bad } })).rejects.toThrow(
      "input 'x': sample 0: expected finite numbers, got NaN. Check the data and their preprocessing.",
    );
  });
});
