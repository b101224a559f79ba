import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openInputs } from '../opening/open-inputs.ts';
import { openNetwork } from '../opening/open-network.ts';
import { correctionsIn } from '../spiking/bias-correction.ts';
import { sitesOf, stepsOf } from '../spiking/neuron-node.ts';
import { TuningJournal } from './search/tuning-journal.ts';
import { type Tuned, type TuneOptions, tune } from './tune.ts';

const folder = mkdtempSync(join(tmpdir(), 'tune-'));
afterAll(() => rmSync(folder, { recursive: true }));

const network = await openNetwork('models/glyphs-cnn');
const images = await openInputs(network, 'glyphs:train?size=64');
const settings = { network: 'glyphs-cnn' };

async function run(name: string, options: Partial<TuneOptions> = {}) {
  return tune(network.model, {
    goal: { kind: 'energy', ecmtRatio: 0.2 },
    steps: 2,
    ladders: ['base-2'],
    calibration: () => images.batches(),
    journal: await TuningJournal.open(join(folder, name), settings),
    threads: 1,
    onProgress: () => undefined,
    ...options,
  });
}

const thresholds = ({ model }: Pick<Tuned, 'model'>) =>
  sitesOf(model).map(({ parameters }) => Object.values(parameters).map((tensor) => tensor.toNumbers()[0]));

describe('tune', () => {
  it('keeps to the energy that was asked for, with a network that decides nearly as the source does', async () => {
    const tuned = (await run('energy'))!;
    expect(tuned.reached).toBe(true);
    expect(tuned.point.measured.ecmtRatio).toBeLessThanOrEqual(0.2);
    expect(tuned.point.measured.agreement).toBeGreaterThan(0.9);
    expect(stepsOf(tuned.model)).toBe(tuned.point.schedule.steps);
    expect(tuned.record).toMatchObject({ method: 'tune', preset: 'energy 0.2' });
  });

  it('goes on after an interruption, and ends with the same network', async () => {
    const whole = (await run('whole'))!;
    const stop = new AbortController();
    const stopped = await run('stopped', {
      signal: stop.signal,
      onProgress: ({ stage, done }) => {
        if (stage === 'networks' && done === 2) stop.abort();
      },
    });
    expect(stopped).toBeUndefined();
    const before = readFileSync(join(folder, 'stopped/tuning.jsonl'), 'utf8');
    const resumed = (await run('stopped'))!;
    expect(readFileSync(join(folder, 'stopped/tuning.jsonl'), 'utf8').startsWith(before)).toBe(true);
    expect(resumed.points).toEqual(whole.points);
    expect(thresholds(resumed)).toEqual(thresholds(whole));
    for (const point of whole.frontier) {
      expect(stepsOf((await whole.networkOf(point)).model)).toBe(point.schedule.steps);
    }
    expect(thresholds(await whole.networkOf(whole.point))).toEqual(thresholds(whole));
  });

  it('goes on from the journal of an earlier version, which had neither full estimates nor checksums', async () => {
    const journal = join(folder, 'whole/tuning.jsonl');
    const now = readFileSync(journal, 'utf8');
    const then = now.replaceAll(/,"(fullRatio":[\d.]+|checksum":"\w+")/g, '');
    expect(then.length).toBeLessThan(now.length);
    writeFileSync(journal, then);
    const { points } = (await run('whole'))!;
    expect(points.every(({ measured }) => measured.fullRatio === null)).toBe(true);
    expect(readFileSync(journal, 'utf8').split('\n')).toHaveLength(now.split('\n').length);
  });

  it('measures the best networks with corrected biases, too, and says which one it chose', async () => {
    const tuned = (await run('energy'))!;
    const corrected = tuned.points.filter(({ biasCorrected }) => biasCorrected);
    expect(corrected.length).toBeGreaterThan(0);
    for (const { measured, biasCorrected: _, ...network } of corrected) {
      const plain = { ...network, biasCorrected: false };
      expect(tuned.points).toContainEqual(expect.objectContaining(plain));
      expect(tuned.points).not.toContainEqual({ ...plain, measured });
    }
    const operators = correctionsIn((await tuned.networkOf(corrected[0]!)).model.graph).length;
    expect(operators).toBeGreaterThan(0);
    expect((await tuned.networkOf(corrected[0]!)).record.correctedBiases).toBe(operators);
    const plain = tuned.points.find(({ biasCorrected }) => !biasCorrected)!;
    expect((await tuned.networkOf(plain)).record.correctedBiases).toBeUndefined();
    expect(tuned.record.correctedBiases !== undefined).toBe(tuned.point.biasCorrected);
  });

  it('refuses the journal of another tuning', async () => {
    await TuningJournal.open(join(folder, 'other'), { network: 'another' });
    await expect(TuningJournal.open(join(folder, 'other'), settings)).rejects.toThrow(
      /other: expected a tuning with the same settings, or none, got one with \{"network":"another"\}\. Choose another folder/,
    );
  });

  it('says so when nothing is cheap enough, and gives the cheapest', async () => {
    const tuned = (await run('impossible', { goal: { kind: 'energy', ecmtRatio: 1e-6 }, steps: 1 }))!;
    expect(tuned.reached).toBe(false);
    expect(tuned.point).toEqual(tuned.frontier[0]);
  });
});
