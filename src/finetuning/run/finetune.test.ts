import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import type { Model } from '../../graph/model.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { lookUp } from '../../look-up.ts';
import { weightBitsOf } from '../../spiking/few-bit-weights.ts';
import { networkKind } from '../../spiking/network-kind.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import type { TrainingData } from '../../training/data/training-data.ts';
import { fineTuningNamed } from '../methods/fine-tunings.ts';
import { checkFineTuning } from './fine-tuning-plan.ts';
import { bytesOf, inputs, normalisation, scratchFolder, TinyTuning } from './tiny-tuning.fixture.ts';

let tiny: TinyTuning;
let { source, train, test, calibration }: Pick<TinyTuning, 'source' | 'train' | 'test' | 'calibration'> =
  {} as TinyTuning;
beforeAll(async () => {
  tiny = await TinyTuning.open();
  ({ source, train, test, calibration } = tiny);
});

const tuned: TinyTuning['finish'] = (...given) => tiny.finish(...given);

/** Classes that a model gives the test pictures, after its last step if it spikes, by the oracle. */
async function classesOf(model: Model): Promise<number[]> {
  const loader = new BatchLoader(test, test.size, normalisation);
  await loader.loadTest(0);
  const { shape, data } = inputs(loader.inputs);
  const logits = networkKind(model).spiking
    ? (await createOracleEngine(planRun(model)).run({ shape, data })).logits
    : lookUp(evaluateModel(model, { x: ndArray(shape, Float64Array.from(data)) }), 'logits', 'output');
  const last = logits.data.subarray(logits.data.length - test.size * test.classes);
  return Array.from({ length: test.size }, (_, row) => {
    const values = Array.from({ length: test.classes }, (_, i) => last[row * test.classes + i]!);
    return values.indexOf(Math.max(...values));
  });
}

/** Share of test pictures whose class the model gives. */
async function accuracyOf(model: Model): Promise<number> {
  let correct = 0;
  for (const [row, found] of (await classesOf(model)).entries()) {
    correct += Number((await test.sample(row)).label === found);
  }
  return correct / test.size;
}

describe('finetune', () => {
  it.each(['diet', 'ultra-low-latency', 'stdb', 'spike-once', 'distil'])(
    '%s lowers its loss, and leaves a spiking model that does what was measured',
    async (method) => {
      const { model, losses, accuracies, curve, finished } = await tuned({ method, epochs: 3 });
      expect(finished).toBe(true);
      const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
      expect(mean(losses.slice(-4))).toBeLessThan(mean(losses.slice(0, 4)));
      expect(await accuracyOf(model)).toBeCloseTo(accuracies.tuned, 6);
      expect(curve.map(({ step }) => step)).toEqual([4, 8, 12]);
    },
  );

  it('distils without classes, and measures how often the class of the source network is found', async () => {
    const withoutClasses = (given: TrainingData): TrainingData => ({
      ...given,
      labelled: false,
      sample: async (index) => ({ ...(await given.sample(index)), label: undefined }),
    });
    const data = { train: withoutClasses(train), test: withoutClasses(test) };
    const settings = { method: 'distil', steps: 4, augmentation: { shift: 1 } };
    const { model, accuracies, losses } = await tuned(settings, {}, data);
    expect(accuracies.source).toBe(1);
    const [now, before] = [await classesOf(model), await classesOf(source)];
    const same = now.filter((name, i) => name === before[i]).length / test.size;
    expect(accuracies.tuned).toBeCloseTo(same, 6);
    // What the classes are does not matter to the training.
    const labelled = await tuned(settings);
    expect(labelled.losses).toEqual(losses);
    expect(labelled.accuracies.source).toBeLessThan(1);
  });

  it('tandem replaces layer after layer, and resumes to the same bits', async () => {
    const settings = { method: 'tandem', epochs: 2, tandem: { weightBits: 4, fanIn: 20 } };
    const out = await scratchFolder();
    const whole = await tuned(settings, { out });
    expect(whole.finished).toBe(true);
    expect(await accuracyOf(whole.model)).toBeCloseTo(whole.accuracies.tuned, 6);
    const bits = [...weightBitsOf(whole.model.graph).values()];
    expect(bits).toEqual([4, 4, 8]);
    const weight = whole.model.graph.initializers.get('layers.0.weight')!.toFloat32();
    const rows = Array.from({ length: 24 }, (_, row) => weight.subarray(row * 1024, (row + 1) * 1024));
    for (const row of rows) expect(row.filter((value) => value !== 0).length).toBeLessThanOrEqual(20);
    const { stages } = JSON.parse(await readFile(join(out, 'curve.json'), 'utf8')) as {
      stages: { layer: string; threshold?: number; epochs: object[] }[];
    };
    expect(stages.map(({ layer, epochs }) => [layer, epochs.length])).toEqual([
      ...sitesOf(whole.model).map(({ name }) => [name, 2]),
      ['head', 2],
    ]);
    expect(sitesOf(whole.model).map(({ parameters }) => parameters.threshold!.toNumber())).toEqual(
      stages.flatMap(({ threshold = [] }) => threshold),
    );
    const second = await scratchFolder();
    // Each stage is a run of its own; this one stops in every stage that it comes to.
    for (let step = 0; step < 3; step++)
      expect((await tuned(settings, { out: second, resume: step > 0, stopAtStep: 3 })).finished).toBe(false);
    const rest = await tuned(settings, { out: second, resume: true });
    expect(bytesOf(rest)).toEqual(bytesOf(whole));
    expect(rest.accuracies).toEqual(whole.accuracies);
  });

  it('resumes to the same bits as a run without interruption', async () => {
    const settings = { method: 'diet', augmentation: { shift: 1, rotate: 5 } };
    const whole = await tuned(settings);
    const out = await scratchFolder();
    const first = await tuned(settings, { out, stopAtStep: 3 });
    expect(first.finished).toBe(false);
    const rest = await tuned(settings, { out, resume: true });
    expect([...first.losses, ...rest.losses]).toEqual(whole.losses);
    expect(bytesOf(rest)).toEqual(bytesOf(whole));
    expect(rest.accuracies).toEqual(whole.accuracies);
  });

  it('trains to the same bits where neurons are computed again', async () => {
    const settings = { method: 'diet', steps: 4, epochs: 1, spikePenalty: 0.1 };
    const [kept, again] = [await tuned(settings), await tuned({ ...settings, recompute: true })];
    expect(again.losses).toEqual(kept.losses);
    expect(bytesOf(again)).toEqual(bytesOf(kept));
  });

  it('trains what it was asked for and keeps leaks in (0, 1] and amplitudes at their share of the threshold', async () => {
    const { model, trained, neurons } = await tuned({
      method: 'diet',
      trains: ['threshold', 'leak'],
      learningRate: 0.3,
    });
    expect(trained.every((name) => /\.(threshold|leak)$/.test(name))).toBe(true);
    const sites = sitesOf(model);
    expect(trained.length).toBe(2 * sites.length);
    for (const { parameters } of sites) {
      const { leak, threshold, amplitude } = parameters as Record<string, { toNumber(): number }>;
      expect(leak!.toNumber()).toBeGreaterThan(0);
      expect(leak!.toNumber()).toBeLessThanOrEqual(1);
      expect(threshold!.toNumber()).toBeGreaterThanOrEqual(Math.fround(0.01));
      expect(amplitude!.toNumber() / threshold!.toNumber()).toBeGreaterThan(0);
    }
    const weights = (of: Model) => of.graph.initializers.get('layers.0.weight')?.bytes();
    expect(weights(model)).toEqual(weights(source));
    for (const [i, { site, parameters }] of neurons.entries()) {
      expect(site).toBe(sites[i]?.name);
      expect(parameters.leak?.[0]).toBe(1);
      expect(parameters.leak?.[1]).toBeCloseTo(sites[i]?.parameters.leak?.toNumber() ?? 0, 5);
    }
  });

  it.each(['diet', 'tandem', 'spike-once'])(
    'tells how often neurons tuned by %s spike, as the oracle counts it',
    async (method) => {
      const { model, neurons } = await tuned({ method, epochs: 1 });
      const loader = new BatchLoader(test, test.size, normalisation);
      await loader.loadTest(0);
      const { activity } = await createOracleEngine(planRun(model, { statistics: true })).run(
        inputs(loader.inputs),
      );
      const widths = [24, 16];
      const counted = neurons.slice(-2).map(({ site }, i) => {
        const spikes = activity?.spikes[site] ?? [];
        const all = method === 'spike-once' ? spikes.slice(-1) : spikes;
        return all.reduce((sum, count) => sum + count / (all.length * test.size * widths[i]!), 0);
      });
      for (const [i, share] of counted.entries())
        expect(neurons.at(i - 2)?.firingRate[1]).toBeCloseTo(share, 5);
      expect(Math.max(...counted)).toBeGreaterThan(0);
    },
  );

  it('spikes less with a penalty on spikes, which the loss that is told leaves out', async () => {
    const settings = { method: 'spike-once', epochs: 4 };
    const spikesOf = async ({ model }: { model: Model }) => {
      const engine = createOracleEngine(planRun(model, { statistics: true }));
      const { activity } = await engine.run(inputs(calibration));
      // The picture is told by the spikes that it has.
      return Object.entries(activity?.spikes ?? {})
        .filter(([site]) => !site.endsWith('.in'))
        .reduce((sum, [, counts]) => sum + (counts.at(-1) ?? 0), 0);
    };
    const plain = await tuned(settings);
    const penalised = await tuned({ ...settings, spikePenalty: 20 });
    expect(penalised.losses[0]).toBeCloseTo(plain.losses[0] ?? 0, 6);
    expect(await spikesOf(penalised)).toBeLessThan(0.8 * (await spikesOf(plain)));
  });

  it('stops with the step where the loss runs away', async () => {
    await expect(tuned({ method: 'diet', learningRate: 1e6, epochs: 3 })).rejects.toThrow(
      /^training step \d+: expected/,
    );
  });

  it('takes every recipe of the project', async () => {
    const recipes = fileURLToPath(new URL('../../../recipes/finetuning', import.meta.url));
    for (const file of await readdir(recipes)) {
      const plan = checkFineTuning(JSON.parse(await readFile(join(recipes, file), 'utf8')), file);
      expect(fineTuningNamed(plan.method).name).toBe(plan.method);
    }
  });

  it('lists everything wrong with its settings', () => {
    expect(() => checkFineTuning({ steps: 0, speed: 1 }, 'x.json')).toThrow(
      'x.json: expected settings of a fine-tuning, got steps: Too small: expected number to be >0; recipe: Unrecognized key: "speed". Start from one of the files in recipes/finetuning/.',
    );
    expect(() => fineTuningNamed('magic')).toThrow(
      "fine-tuning 'magic': expected one of diet, stdb, ultra-low-latency, spike-once, tandem, distil, got an unknown name. Choose a known method.",
    );
  });
});
