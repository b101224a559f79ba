import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratchFolder } from './run-cli.fixture.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterAll(() => remove());

const cli = (...args: string[]) => runCli(folder, args);
const compare = ['compare', 'vit', '--calibrate', 'x.npy', '--data', 'images', '-T', '2'];

describe('transpike compare', () => {
  it('measures methods on the same images, in one table and one report, and does nothing twice', async () => {
    const args = [...compare, '--methods', 'ecmt,ecmt/reference', '--run', 'two'];
    const first = await cli(...args);
    expect(first.stderr).not.toContain('error');
    expect(first.stdout).toMatch(/^ecmt\n {2}1 +\d/m);
    expect(first.stdout).toMatch(/^ecmt\/reference\n {2}1 +\d/m);
    expect(first.stdout).toContain(`report: ${join('two', 'report.html')}`);
    const { entries, differences } = JSON.parse(readFileSync(join(folder, 'two', 'result.json'), 'utf8'));
    expect(entries.map(({ name }: { name: string }) => name)).toEqual(['ecmt', 'ecmt/reference']);
    expect(differences).toMatchObject([{ first: 'ecmt', second: 'ecmt/reference', images: 12 }]);
    expect(first.stdout).toMatch(/ are not told apart on 12 images\n/);
    const ids = (name: string) =>
      readFileSync(join(folder, 'two', name, 'batches.jsonl'), 'utf8')
        .match(/"id":"[^"]*"/g)!
        .sort();
    expect(ids('ecmt')).toEqual(ids('ecmt-reference'));
    expect(existsSync(join(folder, 'two', 'ecmt-reference', 'report.html'))).toBe(true);

    // As an interruption before the second method was done would leave it.
    rmSync(join(folder, 'two', 'result.json'));
    rmSync(join(folder, 'two', 'ecmt-reference'), { recursive: true });
    const second = await cli(...args, '--json');
    expect(second.stderr).toContain('ecmt: done before');
    expect(second.stderr).toContain('ecmt/reference:\n');
    const again = JSON.parse(second.stdout).entries;
    expect(again[0]).toEqual(entries[0]);
    expect(again[1].result.steps).toEqual(entries[1].result.steps);

    const { stdout } = await cli(...args, '--format', 'csv');
    const [head, , ...rows] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(head?.slice(0, 5)).toEqual(['method', 't', 'top1', 'top1_interval_low', 'top1_interval_high']);
    expect(rows.map((row) => row.slice(0, 3))).toEqual(
      ['ecmt', 'ecmt/reference'].flatMap((name, e) =>
        entries[e].result.steps.map(({ t, top1 }: { t: number; top1: number }) => [name, `${t}`, `${top1}`]),
      ),
    );
  });

  it('compares spiking models as they are', async () => {
    await cli('convert', 'vit', '--calibrate', 'x.npy', '-T', '1', '-o', 'a.snn.onnx');
    await cli('convert', 'vit', '--calibrate', 'x.npy', '-T', '2', '-o', 'b.snn.onnx');
    const { stdout } = await cli('compare', 'a.snn.onnx', 'b.snn.onnx', '--data', 'x.npy', '--json');
    const { entries } = JSON.parse(stdout);
    expect(entries.map(({ result }: { result: { steps: unknown[] } }) => result.steps.length)).toEqual([
      1, 2,
    ]);
    expect(entries.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
  });

  it('refuses what cannot be compared before any work', async () => {
    const refused = async (...args: string[]) => (await cli(...args)).stderr;
    expect(await refused(...compare, '--methods', 'ecmt,ecmt/best')).toContain(
      "preset 'best' of method 'ecmt': expected one of tuned, reference, got an unknown name.",
    );
    expect(await refused(...compare, '--methods', 'ecmt,ecmt')).toContain(
      "compare: expected names that differ, got 'ecmt' twice. Name every method or file once.",
    );
    expect(await refused('compare', 'vit', '--methods', 'ecmt', '--data', 'images')).toContain(
      'compare --methods: expected one source network and --calibrate, got no --calibrate.',
    );
    expect(await refused('compare', 'vit', '--data', 'images')).toContain(
      'expected a spiking model (.snn.onnx), got a network that does not spike. Give --methods and --calibrate to convert it',
    );
    expect(await refused(...compare, '--methods', 'ecmt', '--run', 'two')).toContain(
      'two: expected the record of a run with the same settings, or none, got one that differs in',
    );
  });
});

describe('transpike diagnose', () => {
  it('says which site loses what, and what to do', async () => {
    await cli('convert', 'vit', '--calibrate', 'x.npy', '-T', '1', '-o', 'd.snn.onnx');
    const { stdout } = await cli('diagnose', 'd.snn.onnx', '--data', 'images', '--alone', '--json');
    const diagnosis = JSON.parse(stdout);
    expect(diagnosis).toMatchObject({ images: 4, steps: 1 });
    expect(diagnosis.sites).toHaveLength(16);
    expect(diagnosis.sites[0]).toMatchObject({ error: { inherited: 0 }, logitError: expect.any(Number) });
    const text = (await cli('diagnose', 'd.snn.onnx', '--data', 'images', '-T', '2', '--limit', '2')).stdout;
    expect(text).toMatch(/blocks\.0\.attn\.qkv\.in +\d+\.\d +0\.0 /);
    expect(text).toMatch(/relative errors after 2 steps on 2 images\n\* \S/);
  });

  it('refuses a network that does not spike', async () => {
    const { code, stderr } = await cli('diagnose', 'vit', '--data', 'images');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'vit: expected a spiking model, got a network that does not spike. Convert it first (transpike convert).',
    );
  });
});

describe('transpike report', () => {
  it('draws the report of a run again', async () => {
    await cli('convert', 'vit', '--calibrate', 'x.npy', '-T', '1', '-o', 'e.snn.onnx');
    const { stdout } = await cli('evaluate', 'e.snn.onnx', '--data', 'images', '--run', 'drawn');
    const report = join('drawn', 'report.html');
    expect(stdout).toContain(`report: ${report}\n`);
    const before = readFileSync(join(folder, report), 'utf8');
    rmSync(join(folder, report));
    expect((await cli('report', 'drawn')).stdout).toBe(`${report}\n`);
    expect(readFileSync(join(folder, report), 'utf8')).toBe(before);
    expect((await cli('report', 'nowhere')).stderr).toContain(
      "'nowhere': expected the folder of a run, or the name of one in runs, got neither.",
    );
  });
});
