import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratchFolder } from './run-cli.fixture.ts';

// As built: worker threads of the sources would need a loader for TypeScript.
const { byMethods, compareNetworks, convertNetwork, evaluateNetwork, openNetwork, tuneNetwork, writeOnnx } =
  (await import(new URL('../../dist/index.js', import.meta.url).href)) as typeof import('../../src/index.ts');

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterAll(() => remove());

const at = (path: string) => join(folder, path);
const bytes = (path: string) => readFileSync(at(path));

async function cli(...args: string[]): Promise<void> {
  const { code, stderr } = await runCli(folder, args);
  expect([code, stderr.includes('error')]).toEqual([0, false]);
}

describe('the library does what the command line does, byte by byte', () => {
  it('converts, and keeps the preprocessing of pictures', async () => {
    await cli('convert', 'vit', '--method', 'ecmt', '--calibrate', 'images', '-T', '2', '-o', 'c.snn.onnx');
    const settings = { method: 'ecmt', calibrate: at('images'), steps: 2 };
    const { model, network } = await convertNetwork(await openNetwork(at('vit')), settings);
    await writeOnnx(model, at('l.snn.onnx'));
    expect(bytes('l.snn.onnx').equals(bytes('c.snn.onnx'))).toBe(true);
    const { preprocess, fingerprint } = await openNetwork(at('l.snn.onnx'));
    expect(preprocess).toEqual(network.preprocess);
    expect(fingerprint).toBe((await openNetwork(at('c.snn.onnx'))).fingerprint);
  });

  it('tunes, with the same journal and frontier', async () => {
    const goal = ['--energy', '0.3', '-T', '1', '--run', 'c-run'];
    await cli('tune', 'vit', '--calibrate', 'x.npy', ...goal, '-o', 'ct.snn.onnx');
    const end = await tuneNetwork(await openNetwork(at('vit')), {
      goal: { kind: 'energy', ecmtRatio: 0.3 },
      calibrate: at('x.npy'),
      steps: 1,
      run: at('l-run'),
    });
    if (!end.finished) throw new Error('not finished');
    await writeOnnx(end.tuned.model, at('lt.snn.onnx'));
    expect(bytes('lt.snn.onnx').equals(bytes('ct.snn.onnx'))).toBe(true);
    expect(readdirSync(at('l-run'))).toEqual(readdirSync(at('c-run')));
    for (const file of ['tuning.jsonl', 'frontier.json']) {
      expect(bytes(join('l-run', file)).equals(bytes(join('c-run', file)))).toBe(true);
    }
  }, 120_000);

  it('evaluates and compares, with the same records but for times', async () => {
    const data = ['--data', 'images', '-T', '2', '--workers', '1'];
    const settings = { data: at('images'), steps: 2, workers: 1 };
    await cli('convert', 'vit', '--calibrate', 'x.npy', '-T', '2', '-o', 'e.snn.onnx');
    await cli('evaluate', 'e.snn.onnx', ...data, '--run', 'c-eval');
    const end = await evaluateNetwork(await openNetwork(at('e.snn.onnx')), {
      ...settings,
      run: at('l-eval'),
    });
    expect(end.finished).toBe(true);
    expect(readdirSync(at('l-eval'))).toEqual(readdirSync(at('c-eval')));
    for (const file of ['run.json', 'result.json', 'traces.json']) {
      expect(withoutTimes(join('l-eval', file))).toEqual(withoutTimes(join('c-eval', file)));
    }
    const methods = ['--methods', 'ecmt,differential', '--calibrate', 'x.npy'];
    await cli('compare', 'vit', ...methods, ...data, '--run', 'c-compare');
    const source = await openNetwork(at('vit'));
    const networks = byMethods(source, ['ecmt', 'differential'], { calibrate: at('x.npy'), steps: 2 });
    const plan = { name: 'vit', networks, identity: {}, folder: at('l-compare') };
    expect((await compareNetworks(plan, settings)).finished).toBe(true);
    expect(withoutTimes('l-compare/result.json')).toEqual(withoutTimes('c-compare/result.json'));
  }, 120_000);
});

/** A record without what the clock says. */
function withoutTimes(path: string): unknown {
  return JSON.parse(bytes(path).toString(), (key, value) => (key === 'seconds' ? undefined : value));
}
