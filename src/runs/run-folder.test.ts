import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkedLine } from '../files/checksum.ts';
import { readRun } from './read-run.ts';
import { RunFolder } from './run-folder.ts';
import { RunRecord } from './run-record.ts';

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
    expect(JSON.parse(await readFile(join(path, 'previous-result.json'), 'utf8'))).toMatchObject({
      images: 1,
    });
  });

  it('is not given to a run with other settings, which it names', async () => {
    const folder = await RunFolder.make(path);
    await folder.claim({ model: 'a', steps: 3, methods: ['ecmt'] });
    await expect(folder.claim({ model: 'a', methods: ['ecmt', 'rate'] })).rejects.toThrow(
      `${path}: expected the record of a run with the same settings, or none, got one that differs in steps, methods. Choose another folder, or remove this one.`,
    );
  });

  it('keeps every whole line, and says which are damaged, repeated or of another run', async () => {
    const folder = await RunFolder.make(path);
    const schema = z.object({ n: z.int() });
    for (const n of [1, 2, 3]) await folder.addLine('batches', { n }, 'run');
    const [first = '', second = '', third = ''] = (await readFile(folder.pathOf('batches'), 'utf8')).split(
      '\n',
    );
    const foreign = checkedLine({ n: 9 }, 'another run');
    const lines = [first, second.replace('2', '7'), foreign, third, first, '{"n":8}', '{"n": 4, '];
    await writeFile(folder.pathOf('batches'), lines.join('\n'));
    expect(await folder.readLines('batches', schema, 'run')).toEqual({
      values: [{ n: 1 }, { n: 3 }],
      proven: true,
      lost: [2, 3, 5, 6, 7],
    });
    expect(await folder.readLines('tuning', schema, 'run')).toEqual({ values: [], proven: false, lost: [] });
  });

  it('takes lines of an earlier version, which had no checksums', async () => {
    const folder = await RunFolder.make(path);
    await writeFile(folder.pathOf('batches'), '{"n":1}\n{"n":2}\n{"n":');
    expect(await folder.readLines('batches', z.object({ n: z.int() }), 'run')).toEqual({
      values: [{ n: 1 }, { n: 2 }],
      proven: false,
      lost: [3],
    });
  });

  it('goes on where the settings are damaged but the batches are proven to be of this run', async () => {
    const settings = { model: 'a', steps: 1 };
    const batch = { predictions: [{ id: 'x', source: [1], steps: [[1]] }], skipped: [], seconds: 1 };
    await (await RunRecord.open(path, settings)).add(batch);
    await writeFile(join(path, 'run.json'), '{"model":null');
    const { done } = await RunRecord.open(path, settings);
    expect(done).toEqual([batch]);
    expect(JSON.parse(await readFile(join(path, 'run.json'), 'utf8'))).toEqual(settings);
    await writeFile(join(path, 'run.json'), 'null');
    await expect(RunRecord.open(path, { ...settings, steps: 2 })).rejects.toThrow(
      `${join(path, 'run.json')}: expected the settings of the run in this folder, got a damaged file, or none, so that nothing tells what the rest belongs to. Choose another folder.`,
    );
    expect(await readFile(join(path, 'batches.jsonl'), 'utf8')).toContain('"id":"x"');
  });

  it('takes no batch with images that are not of the run, stand there already, or lack steps', async () => {
    const record = await RunRecord.open(path, { steps: 1 });
    const batch = (...ids: string[]) => ({
      predictions: ids.map((id) => ({ id, source: [1], steps: [[1]] })),
      skipped: [],
      seconds: 1,
    });
    const short = { ...batch('d'), predictions: [{ id: 'd', source: [1], steps: [] }] };
    for (const each of [batch('a', 'b'), batch('b', 'c'), batch('z'), short, batch('c')])
      await record.add(each);
    const again = await RunRecord.open(path, { steps: 1 }, { ids: new Set('abcd'), steps: 1 });
    expect(again.done).toEqual([batch('a', 'b'), batch('c')]);
    expect(again.lost).toEqual([2, 3, 4]);
  });

  it('begins anew where images follow one another and not all are there', async () => {
    const expected = { ids: new Set('ab'), steps: 1, inOrder: true };
    const batch = { predictions: [{ id: 'a', source: [1], steps: [[1]] }], skipped: [], seconds: 1 };
    await (await RunRecord.open(path, { steps: 1 }, expected)).add(batch);
    const part = await RunRecord.open(path, { steps: 1 }, expected);
    expect([part.done, part.again]).toEqual([[], 1]);
    const whole = { ...batch, skipped: [{ id: 'b', reason: 'damaged' }] };
    await part.add(whole);
    const again = await RunRecord.open(path, { steps: 1 }, expected);
    expect([again.done, again.again]).toEqual([[whole], 0]);
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

  it('says that a result was changed after it was written', async () => {
    await new RunFolder(path).write('result', { images: 12 });
    const file = join(path, 'result.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('12', '13'));
    await expect(readRun(path)).rejects.toThrow(
      `${file}: expected a file as docs/run-folder.md describes it, got one that was changed since. Run the evaluation again.`,
    );
  });

  it('says what is missing in the folder of a run that has not finished', async () => {
    await expect(readRun(path)).rejects.toThrow(
      `${path}: expected the folder of a finished run, with result.json or frontier.json, got neither.`,
    );
  });
});
