import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readRun } from './read-run.ts';
import { RunFolder } from './run-folder.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'run-folder-'));
});
afterEach(() => rm(path, { recursive: true }));

describe('the folder of a run', () => {
  it('goes on with the same settings until there is a result, which it then keeps', async () => {
    const folder = await RunFolder.make(path);
    expect(await folder.claim({ model: 'a', steps: 3, methods: ['ecmt'] })).toBe(false);
    expect(await folder.claim({ model: 'a', steps: 3, methods: ['ecmt'] })).toBe(true);
    await folder.write('result', { images: 1 });
    expect(await folder.claim({ model: 'a', steps: 3, methods: ['ecmt'] })).toBe(false);
    expect(await folder.readText('result')).toBeUndefined();
    expect(await readFile(join(path, 'previous-result.json'), 'utf8')).toBe('{\n  "images": 1\n}\n');
  });

  it('is not given to a run with other settings, which it names', async () => {
    const folder = await RunFolder.make(path);
    await folder.claim({ model: 'a', steps: 3, methods: ['ecmt'] });
    await expect(folder.claim({ model: 'a', methods: ['ecmt', 'rate'] })).rejects.toThrow(
      `${path}: expected the record of a run with the same settings, or none, got one that differs in steps, methods. Choose another folder, or remove this one.`,
    );
  });

  it('reads lines up to the first one that is torn', async () => {
    const folder = await RunFolder.make(path);
    await folder.addLine('batches', [1]);
    await folder.addLine('batches', [2, 3]);
    await appendFile(folder.pathOf('batches'), '[4, ');
    const numbers = z.array(z.number());
    expect(await folder.readLines('batches', numbers)).toEqual([[1], [2, 3]]);
    await appendFile(folder.pathOf('batches'), '5\n[6]\n');
    expect(await folder.readLines('batches', numbers)).toEqual([[1], [2, 3]]);
    expect(await folder.readLines('tuning', numbers)).toEqual([]);
  });
});

describe('readRun', () => {
  it('opens an evaluation of the first version, which said less', async () => {
    const accuracy = { top1: null, top1Interval: null, top5: null, top5Interval: null };
    const step = { t: 1, ...accuracy, agreement: 0.5, agreementInterval: [0.1, 0.9], firingRate: 0.2 };
    const sites = [{ name: 'gelu', neuron: 'multi-threshold', neurons: 4, firingRate: [0.2] }];
    await writeFile(
      join(path, 'result.json'),
      JSON.stringify({
        images: 2,
        skipped: [],
        seconds: 1,
        source: accuracy,
        steps: [{ ...step, energy: { ecmtRatio: 0.3 } }],
        sites,
      }),
    );
    expect(await readRun(path)).toMatchObject({
      kind: 'evaluation',
      settings: {},
      result: {
        hiddenSteps: 0,
        steps: [{ ...step, energy: { ecmtRatio: 0.3, full: [], quantisedRatio: null } }],
        sites,
        quantised: null,
        synapses: null,
        energy: null,
        earlyExit: [],
        conversionErrors: [],
        diagnosis: null,
      },
    });
  });

  it('says what is missing in the folder of a run that has not finished', async () => {
    await expect(readRun(path)).rejects.toThrow(
      `${path}: expected the folder of a finished run, with result.json or frontier.json, got neither.`,
    );
  });
});
