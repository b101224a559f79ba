import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { writeOnnx } from '../../src/files/write-onnx.ts';
import { methods } from '../../src/methods/methods.ts';
import { makeRun } from '../../src/report/evaluation-run.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  const [first, second] = [await makeRun({ steps: 2 }), await makeRun({ steps: 1, images: 16 })];
  root = `${first.folder}-runs`;
  mkdirSync(root);
  await writeOnnx(first.model, join(root, 'vit.snn.onnx'), { bundle: true });
  renameSync(first.folder, join(root, 'vit-1a2b3c4d'));
  renameSync(second.folder, join(root, 'vit-5e6f7a8b'));
  remove = () => rm(root, { recursive: true, force: true });
}, 60_000);
afterAll(() => remove());

/** What a command prints. */
async function printed(...words: string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await (await createProgram(words[0])).parseAsync(words, { from: 'user' });
    return log.mock.calls.flat().join('\n');
  } finally {
    log.mockRestore();
  }
}

const runs = (...words: string[]) => printed('runs', ...words, '--in', root);
const json = async (...words: string[]) => JSON.parse(await runs(...words, '--json'));

describe('transpike runs', () => {
  it('finds runs by the names and tags that people gave', async () => {
    await runs('label', 'vit-1a2b3c4d', '--name', 'baseline', '--tag', 'paper');
    await runs('label', 'baseline', '--tag', 'table 2');
    expect(await json('list', '--tag', 'paper', '--tag', 'table 2')).toEqual([
      {
        run: 'baseline',
        kind: 'evaluation',
        method: 'ecmt/tuned',
        t: expect.any(Number),
        best: expect.any(Number),
        ecmt_ratio: expect.any(Number),
        finished: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        tags: 'paper, table 2',
        folder: join(root, 'vit-1a2b3c4d'),
      },
    ]);
    const names = async (...words: string[]) =>
      (await json('list', ...words)).map(({ run }: { run: string }) => run);
    expect(await names()).toEqual(['baseline', 'vit-5e6f7a8b']);
    expect(await names('--name', '5e6f')).toEqual(['vit-5e6f7a8b']);
    expect(await names('--method', 'ecmt')).toHaveLength(2);
    expect(await names('--method', 'ecmt/reference')).toEqual([]);
    expect(await names('--kind', 'comparison')).toEqual([]);
  });

  it('shows the table of a run in any form', async () => {
    const [source, , ...steps] = await json('show', 'vit-1a2b3c4d');
    expect([source.network, steps.at(-1).network]).toEqual(['source', 'T = 2']);
    expect(await runs('show', 'vit-1a2b3c4d', '--format', 'latex')).toContain('\\toprule');
  });

  it('compares runs on the images that they have in common', async () => {
    const { entries, differences } = await json('compare', 'vit-1a2b3c4d', 'vit-5e6f7a8b');
    expect(entries.map(({ name }: { name: string }) => name)).toEqual(['vit-1a2b3c4d', 'vit-5e6f7a8b']);
    expect(differences).toMatchObject([{ first: 'vit-1a2b3c4d', second: 'vit-5e6f7a8b', images: 16 }]);
    expect(await runs('compare', 'vit-1a2b3c4d', 'vit-5e6f7a8b')).toMatch(/^vit-5e6f7a8b\n {2}1 /m);
  });

  it('exports every step with what the run was', async () => {
    const [head, ...lines] = (await runs('export', '--format', 'csv')).split('\n');
    expect(head).toMatch(/^run,folder,tags,network,method,data,images,t,top1,/);
    expect(lines.map((line) => line.split(',').slice(3, 8).join())).toEqual([
      'tiny-vit,ecmt/tuned,random,24,1',
      'tiny-vit,ecmt/tuned,random,24,2',
      'tiny-vit,ecmt/tuned,random,16,1',
    ]);
  });

  it('says which runs there are where a name is unknown', async () => {
    await expect(runs('show', 'best')).rejects.toThrow(
      `'best': expected the folder of a run, or the name of one in ${root}, got neither. Choose one of vit-1a2b3c4d, vit-5e6f7a8b.`,
    );
  });
});

describe('what the program says of itself', () => {
  it('lists methods, neurons and devices', async () => {
    const listed = JSON.parse(await printed('methods', '--json')).map(
      ({ method }: { method: string }) => method,
    );
    expect(listed).toEqual(methods.map(({ name }) => name));
    expect(await printed('neurons', '--format', 'markdown')).toContain('| integrate-and-fire | rate |');
    expect(await printed('devices', '--format', 'csv')).toContain(
      '45nm-fp32,"45 nm, 32-bit floating point",0.9,4.6,',
    );
  });

  it('cites what a model was made with', async () => {
    const text = await printed('cite', join(root, 'vit.snn.onnx'));
    expect(text.match(/^@\w+\{[^,]*/gm)).toEqual(['@software{transpike', '@inproceedings{huang2024towards']);
  });

  it('has one version, in CITATION.cff too', () => {
    const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(text('CITATION.cff')).toContain(`\nversion: ${JSON.parse(text('package.json')).version}\n`);
  });

  it('examines the machine', async () => {
    const { sound, findings } = JSON.parse(await printed('doctor', '--json'));
    expect(sound).toBe(true);
    expect(findings.map(({ name }: { name: string }) => name)).toEqual([
      'transpike',
      'processor',
      'memory',
      'open files',
      'onnxruntime',
      '8 bits',
      'kernels',
      'pictures',
      'this folder',
      'would use',
    ]);
  });
});
