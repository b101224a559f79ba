import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { runCli, scratchFolder, tinyRecipe } from './run-cli.fixture.ts';

// As built: worker threads of the sources would need a loader for TypeScript.
const library = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../../src/index.ts');
const { convertNetwork, evaluateNetwork, openNetwork, results, runNetwork } = library;

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  await cli('convert', 'vit', '--calibrate', 'x.npy', '-T', '2', '-o', 'e.snn.onnx');
});
afterAll(() => remove());

const at = (path: string) => join(folder, path);
const bytes = (path: string) => readFileSync(at(path));

async function cli(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(folder, args);
  expect([code, stderr.includes('error')]).toEqual([0, false]);
  return stdout;
}

function expectSame(ours: string, theirs: string): void {
  expect(bytes(ours).equals(bytes(theirs))).toBe(true);
}

/** Each of these jobs leaves the same files, or the same data, both ways. */
const jobs: Record<string, () => Promise<void>> = {
  async convert() {
    await cli('convert', 'vit', '--method', 'ecmt', '--calibrate', 'images', '-T', '2', '-o', 'c.snn.onnx');
    const settings = { method: 'ecmt', calibration: at('images'), steps: 2, output: at('l.snn.onnx') };
    const { network } = await convertNetwork(await openNetwork(at('vit')), settings);
    expectSame('l.snn.onnx', 'c.snn.onnx');
    const { preprocess, fingerprint } = await openNetwork(at('l.snn.onnx'));
    expect(preprocess).toEqual(network.preprocess);
    expect(fingerprint).toBe((await openNetwork(at('c.snn.onnx'))).fingerprint);
  },

  async tune() {
    const goal = ['--frontier', 'c-all.json', '-T', '1', '--run', 'c-run'];
    await cli('tune', 'vit', '--calibrate', 'x.npy', ...goal, '-o', 'ct.snn.onnx');
    const end = await library.tuneNetwork(await openNetwork(at('vit')), {
      goal: { kind: 'frontier' },
      calibration: at('x.npy'),
      steps: 1,
      folder: at('l-run'),
      output: at('lt.snn.onnx'),
      frontier: at('l-all.json'),
    });
    expect(end.finished).toBe(true);
    expectSame('lt.snn.onnx', 'ct.snn.onnx');
    expect(readdirSync(at('l-run'))).toEqual(readdirSync(at('c-run')));
    for (const file of ['tuning.jsonl', 'frontier.json'])
      expectSame(join('l-run', file), join('c-run', file));
    const all = (path: string) => ({ ...JSON.parse(bytes(path).toString()), output: '', report: '' });
    expect(all('l-all.json')).toEqual(all('c-all.json'));
  },

  async evaluate() {
    const data = ['--data', 'images', '--workers', '1', '--exit-confidence', '0.3'];
    await cli('evaluate', 'e.snn.onnx', ...data, '--run', 'c-eval');
    const settings = { data: at('images'), workers: 1, exitConfidence: 0.3, folder: at('l-eval') };
    const end = await evaluateNetwork(await openNetwork(at('e.snn.onnx')), settings);
    expect(end.finished).toBe(true);
    expect(readdirSync(at('l-eval'))).toEqual(readdirSync(at('c-eval')));
    for (const file of ['run.json', 'result.json', 'traces.json', 'environment.json']) {
      expect(withoutOrigin(join('l-eval', file))).toEqual(withoutOrigin(join('c-eval', file)));
    }
  },

  async compare() {
    const methods = ['--methods', 'ecmt,differential', '--calibrate', 'x.npy', '-T', '2'];
    await cli('compare', 'vit', ...methods, '--data', 'images', '--workers', '1', '--run', 'c-compare');
    const conversion = { calibration: at('x.npy'), steps: 2 };
    const networks = library.byMethods(await openNetwork(at('vit')), ['ecmt', 'differential'], conversion);
    const settings = { data: at('images'), steps: 2, workers: 1, folder: at('l-compare') };
    expect((await library.compareNetworks(networks, settings)).finished).toBe(true);
    for (const file of ['run.json', 'result.json', 'ecmt/run.json', 'environment.json']) {
      expect(withoutOrigin(join('l-compare', file))).toEqual(withoutOrigin(join('c-compare', file)));
    }
  },

  async diagnose() {
    const printed = await cli(
      'diagnose',
      'e.snn.onnx',
      '--data',
      'images',
      '--limit',
      '2',
      '--alone',
      '--json',
    );
    const settings = { data: at('images'), limit: 2, alone: true };
    const diagnosis = await library.diagnoseNetwork(await openNetwork(at('e.snn.onnx')), settings);
    expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(JSON.parse(printed));
  },

  async simulate() {
    const options = ['--data', 'x.npy', '--limit', '2', '--lanes', '16', '--json'];
    const printed = await cli('simulate', 'e.snn.onnx', '--hardware', 'spike-once', ...options);
    const settings = { data: at('x.npy'), limit: 2, lanes: 16 };
    const runs = await library.energy.simulateNetworks([await openNetwork(at('e.snn.onnx'))], settings);
    expect(JSON.parse(JSON.stringify(runs))).toEqual(JSON.parse(printed));
  },

  async fit() {
    const printed = await cli(
      'fit',
      'e.snn.onnx',
      '--chip',
      'speck',
      '--data',
      'x.npy',
      '--limit',
      '2',
      '--json',
    );
    const settings = { chips: ['speck'], data: at('x.npy'), limit: 2 };
    const fit = await library.energy.fitNetwork(await openNetwork(at('e.snn.onnx')), settings);
    expect(JSON.parse(JSON.stringify(fit))).toEqual(JSON.parse(printed));
  },

  async report() {
    await cli('evaluate', 'e.snn.onnx', '--data', 'x.npy', '--run', 'drawn');
    await cli('report', 'drawn');
    const before = bytes('drawn/report.html');
    expect(await results.writeReport(at('drawn'))).toBe(at('drawn/report.html'));
    expect(bytes('drawn/report.html').equals(before)).toBe(true);
  },

  async run() {
    const args = ['--input', 'x.npy', '--batch', '5', '--exit-confidence', '0.3'];
    const printed = JSON.parse(await cli('run', 'e.snn.onnx', ...args, '-o', 'c.npy', '--json'));
    const settings = { input: at('x.npy'), output: at('l.npy'), batchSize: 5, exitConfidence: 0.3 };
    const { exits, logits } = await runNetwork(await openNetwork(at('e.snn.onnx')), settings);
    expectSame('l.npy', 'c.npy');
    expect([exits?.exits, logits.shape]).toEqual([printed.exits, printed.shape]);
  },

  async generate() {
    await cli('convert', 'gpt2', '--calibrate', 'story.txt', '-T', '2', '-o', 'g.snn.onnx');
    const drawn = ['--tokens', '6', '--temperature', '1.5', '--top-k', '20', '--top-p', '0.9', '--seed', '3'];
    const printed = await cli('generate', 'g.snn.onnx', 'the dog', ...drawn, '--stop', '!!', '--json');
    const settings = { newTokens: 6, temperature: 1.5, topK: 20, topP: 0.9, seed: 3, stop: ['!!'] };
    const network = await openNetwork(at('g.snn.onnx'));
    const generated = await library.generateText(network, 'the dog', settings);
    const timeless = (text: string): unknown =>
      JSON.parse(text, (key, value) => (key === 'secondsPerToken' ? undefined : value));
    expect(timeless(JSON.stringify(generated))).toEqual(timeless(printed));
    const shown = await cli('generate', 'g.snn.onnx', 'the dog', ...drawn);
    expect(shown).toContain(
      `the dog${generated.spiking.text}\n\nsource network: the dog${generated.source?.text}`,
    );
  },

  async retrieve() {
    const printed = JSON.parse(
      await cli('retrieve', 's-lista', '--snapshots', '2', '--sources', '1', '--json'),
    );
    const found = await library.evaluation.retrieveSources(await openNetwork(at('s-lista')), {
      snapshots: 2,
      sources: 1,
    });
    expect(JSON.parse(JSON.stringify(found))).toEqual(printed);
    const shown = await cli(
      'retrieve',
      's-lista',
      '--snapshots',
      '2',
      '--sources',
      '1',
      '--report',
      'page.html',
    );
    expect(shown).toContain('s-lista-shrink-6');
    expect(readFileSync(at('page.html'), 'utf8')).toContain('<section id="spectra"');
  },

  async inspect() {
    const printed = JSON.parse(await cli('inspect', 'vit', '--json'));
    expect(JSON.parse(JSON.stringify(await library.inspectNetwork(await openNetwork(at('vit')))))).toEqual(
      printed,
    );
  },

  async export() {
    await cli('export', 'e.snn.onnx', '-o', 'c.binary.onnx');
    await library.exportNetwork(await openNetwork(at('e.snn.onnx')), { output: at('l.binary.onnx') });
    expectSame('l.binary.onnx', 'c.binary.onnx');
  },

  async train() {
    writeFileSync(at('tiny.json'), JSON.stringify(tinyRecipe));
    await cli('train', 'tiny.json', '-o', 'c-trained');
    const { finished } = await library.trainNetwork(at('tiny.json'), { output: at('l-trained') });
    expect(finished).toBe(true);
    expect(readdirSync(at('l-trained'))).toEqual(readdirSync(at('c-trained')));
    expectSame('l-trained/model.safetensors', 'c-trained/model.safetensors');
    expectSame('l-trained/config.json', 'c-trained/config.json');
  },

  async quantise() {
    const parts = ['--data', 'glyphs:train?size=32', '--test-data', 'glyphs:test?size=16'];
    const length = ['--epochs', '1', '--batch', '16'];
    const few = ['--bits', '1,2', ...parts, ...length, '--run', 'c-few', '-o', 'cq.qdq.onnx'];
    await cli('quantise', 'glyphs-cnn', ...few);
    const { accuracies } = await library.quantisation.quantiseNetwork(
      await openNetwork('models/glyphs-cnn'),
      {
        bits: { weights: 1, activations: 2 },
        data: 'glyphs:train?size=32',
        testData: 'glyphs:test?size=16',
        epochs: 1,
        batchSize: 16,
        folder: at('l-few'),
        output: at('lq.qdq.onnx'),
      },
    );
    expectSame('lq.qdq.onnx', 'cq.qdq.onnx');
    expect(accuracies.source).toBeGreaterThan(0.8);
  },

  async finetune() {
    const network = { kind: 'mlp', widths: [8] };
    writeFileSync(at('perceptron.json'), JSON.stringify({ ...tinyRecipe, network }));
    await library.trainNetwork(at('perceptron.json'), { output: at('perceptron') });
    const parts = ['--data', 'glyphs:train?size=64', '--test-data', 'glyphs:test?size=32'];
    const length = ['--epochs', '1', '--batch', '32', '-T', '2'];
    await cli(
      'finetune',
      'perceptron',
      '--method',
      'diet',
      ...parts,
      ...length,
      '--run',
      'c-tuning',
      '-o',
      'cf.snn.onnx',
    );
    const { accuracies } = await library.finetuneNetwork(await openNetwork(at('perceptron')), {
      method: 'diet',
      data: 'glyphs:train?size=64',
      testData: 'glyphs:test?size=32',
      epochs: 1,
      batchSize: 32,
      steps: 2,
      folder: at('l-tuning'),
      output: at('lf.snn.onnx'),
    });
    expectSame('lf.snn.onnx', 'cf.snn.onnx');
    expect(readdirSync(at('l-tuning'))).toEqual(readdirSync(at('c-tuning')));
    expect((await openNetwork(at('cf.snn.onnx'))).spiking).toBe(true);
    expect(accuracies.tuned).toBeGreaterThan(0);
  },
};

/** Commands that do nothing with networks of their own; those of a worker are in test/queue, of the studio in test/studio. */
const about = [
  'worker',
  'cite',
  'completion',
  'devices',
  'doctor',
  'events',
  'help',
  'methods',
  'neurons',
  'runs',
  'studio',
];

describe('the library does what the command line does', () => {
  it('in every command but those that tell of the program itself; demo is two of them', async () => {
    const commands = (await createProgram()).commands
      .map((command) => command.name())
      .filter((name) => !about.includes(name));
    expect([...Object.keys(jobs), 'demo'].sort()).toEqual(commands.sort());
  });

  it.each(Object.keys(jobs))('%s', (name) => jobs[name]!(), 120_000);

  it('and says of a run that a program started no command', () => {
    const command = (run: string) => JSON.parse(bytes(join(run, 'environment.json')).toString()).command;
    expect(command('c-eval')).toBe(
      'transpike evaluate e.snn.onnx --data images --workers 1 --exit-confidence 0.3 --run c-eval',
    );
    expect(command('l-eval')).toBeUndefined();
  });
});

/** A record without what the clock says, and who started it. */
function withoutOrigin(path: string): unknown {
  const origin = ['seconds', 'phases', 'finished', 'command'];
  return JSON.parse(bytes(path).toString(), (key, value) => (origin.includes(key) ? undefined : value));
}
