import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNetwork, tiny, tinyImages } from '../../src/checkpoints/tiny-vit.fixture.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { confidenceOfRows } from '../../src/metrics/confidence.ts';
import { openCheckpoint } from '../../src/opening/open-checkpoint.ts';
import { runCli, scratchFolder, tinyRecipe } from './run-cli.fixture.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  const { code, stderr } = await cli(
    'convert',
    'vit',
    '--calibrate',
    'x.npy',
    '-T',
    '3',
    '-o',
    'vit.snn.onnx',
  );
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
}, 60_000);
afterAll(() => remove());

const cli = (...args: string[]) => runCli(folder, args);

async function logits(path: string): Promise<{ shape: number[]; data: number[] }> {
  const { shape, data } = await readNpy(join(folder, path));
  return { shape, data: Array.from(data, Number) };
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);
}

describe('transpike convert', () => {
  it('writes a model that plain ONNX Runtime runs as the command line does', async () => {
    const { code } = await cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'y.npy');
    expect(code).toBe(0);
    const ours = await logits('y.npy');
    expect(ours.shape).toEqual([3, 12, tiny.classes]);
    const session = await ort.InferenceSession.create(join(folder, 'vit.snn.onnx'), { logSeverityLevel: 3 });
    const x = new ort.Tensor('float32', tinyImages(12), [12, 3, tiny.height, tiny.width]);
    const { logits: plain } = await session.run({ x });
    expect(plain!.dims).toEqual([3, 12, tiny.classes]);
    expect(largestDifference(ours.data, Array.from(plain!.data as Float32Array))).toBeLessThan(1e-5);
  });

  it('gives one JSON document with --json, and nothing else on the standard output', async () => {
    const { stdout } = await cli(
      'convert',
      'vit',
      '--preset',
      'reference',
      '--calibrate',
      'batches.npy',
      '-o',
      'r.snn.onnx',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      output: 'r.snn.onnx',
      method: 'ecmt',
      preset: 'reference',
      steps: 4,
    });
  });

  it('refuses to begin when the output cannot be written', async () => {
    const { code, stderr } = await cli(
      'convert',
      'vit',
      '--calibrate',
      'x.npy',
      '-o',
      'missing/out.snn.onnx',
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: missing\/out\.snn\.onnx: expected a place that can be written, got folder '.*missing', which is missing or protected\. Make the folder, or choose another output path\.\n$/,
    );
  });

  it('leaves no output behind when it fails', async () => {
    const { code, stderr } = await cli(
      'convert',
      'vit',
      '--thresholds',
      'none.json',
      '-o',
      'failed.snn.onnx',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('none.json: expected a JSON list of thresholds, got no such file or folder');
    expect(readdirSync(folder).filter((name) => name.startsWith('failed'))).toEqual([]);
  });

  it('refuses a folder as output before any work', async () => {
    const { code, stderr } = await cli('convert', 'vit', '--calibrate', 'x.npy', '-o', 'images');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: images: expected the name of a file, got a folder. Choose another output path.\n',
    );
  });

  it('refuses T < 1 and unknown presets', async () => {
    const zero = await cli('convert', 'vit', '--calibrate', 'x.npy', '-T', '0');
    expect(zero.code).toBe(2);
    expect(zero.stderr).toContain("expected a whole number of at least 1, got '0'");
    const preset = await cli('convert', 'vit', '--calibrate', 'x.npy', '--preset', 'best');
    expect(preset.stderr).toContain(
      "preset 'best' of method 'ecmt': expected one of tuned, reference, got an unknown name. Choose a known preset.",
    );
  });

  it('refuses a model that spikes already', async () => {
    const { stderr } = await cli('convert', 'vit.snn.onnx', '--calibrate', 'x.npy');
    expect(stderr).toContain(
      'expected a network that does not spike yet, got a spiking network. Give the source network.',
    );
  });
});

describe('transpike run', () => {
  it('agrees in float32 and float64, and comes to the source network', async () => {
    await cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-T', '64', '-o', 'y32.npy');
    await cli(
      'run',
      'vit.snn.onnx',
      '--input',
      'x.npy',
      '-T',
      '2',
      '--precision',
      'float64',
      '-o',
      'y64.npy',
    );
    const [y32, y64] = [await logits('y32.npy'), await logits('y64.npy')];
    expect(y64.shape).toEqual([2, 12, tiny.classes]);
    expect(largestDifference(y32.data.slice(0, y64.data.length), y64.data)).toBeLessThan(1e-3);
    const { model } = await openCheckpoint(join(folder, 'vit'));
    const source = await runNetwork(model, tinyImages(12), 12);
    expect(largestDifference(y32.data.slice(-source.length), Array.from(source))).toBeLessThan(0.1);
  });

  it('says with --exit-confidence where each input would stop, and keeps its logits from there on', async () => {
    await cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'all.npy');
    const all = await logits('all.npy');
    // As sure as half of the inputs are after the first step.
    const first = all.data.slice(0, 12 * tiny.classes);
    const sure = confidenceOfRows({ shape: [12, tiny.classes], data: Float64Array.from(first) });
    const confidence = String(sure.toSorted((a, b) => a - b)[6]);
    const options = ['-o', 'stopped.npy', '--exit-confidence', confidence];
    const run = ['run', 'vit.snn.onnx', '--input', 'x.npy', ...options];
    const { exits } = JSON.parse((await cli(...run, '--json')).stdout);
    expect(exits.filter((exit: number) => exit === 1)).toHaveLength(6);
    const stopped = await logits('stopped.npy');
    const row = ({ data }: typeof all, t: number, n: number) =>
      data.slice((t * 12 + n) * tiny.classes, (t * 12 + n + 1) * tiny.classes);
    expect(exits).toHaveLength(12);
    for (const [n, exit] of exits.entries()) {
      for (const t of [0, 1, 2]) expect(row(stopped, t, n)).toEqual(row(all, Math.min(t, exit - 1), n));
    }
    const { stdout } = await cli(...run);
    const counts = [1, 2, 3].map((t) => `${exits.filter((exit: number) => exit === t).length} at T = ${t}`);
    expect(stdout).toContain(`stopping at confidence ${confidence}: ${counts.join(', ')}, mean T`);
    expect(stdout).toMatch(/\d+ of 12 never reach it\. All steps were computed/);
  });

  it('keeps to --memory with the same logits, and refuses it where it cannot', async () => {
    const run = (...more: string[]) => cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'm.npy', ...more);
    await run('--batch', '12');
    const whole = await logits('m.npy');
    expect((await run('--batch', '12', '--memory', '1')).code).toBe(0);
    expect(largestDifference((await logits('m.npy')).data, whole.data)).toBeLessThan(1e-5);
    const { code, stderr } = await run('--memory', '1', '--engine', 'in-graph');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'in-graph engine: expected no bound of its memory, got 1 MB. Use the fast engine, or a smaller batch.',
    );
  });

  it('runs on 8-bit synapses, says where they are, and refuses them where they cannot be', async () => {
    const run = (...more: string[]) => cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-T', '64', ...more);
    await run('-o', 'y32.npy');
    const { stdout } = await run('-o', 'y8.npy', '--synapses', 'int8');
    expect(stdout).toMatch(/8-bit synapses: [1-9]\d* of \d+ synaptic operators/);
    const [y32, y8] = [await logits('y32.npy'), await logits('y8.npy')];
    const differences = largestDifference(
      y8.data.slice(-12 * tiny.classes),
      y32.data.slice(-12 * tiny.classes),
    );
    expect(differences).toBeGreaterThan(0);
    expect(differences).toBeLessThan(0.1);
    const { synapses } = JSON.parse((await run('-o', 'y8.npy', '--synapses', 'int8', '--json')).stdout);
    expect(synapses.operators).toBeGreaterThan(0);
    const { code, stderr } = await run('-o', 'y8.npy', '--synapses', 'int8', '--precision', 'float64');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'error: precision float64: expected no synapses beside the reference, which is an engine of its own with float64 weights, got int8. Leave it out (--synapses).',
    );
  });

  it('refuses an input of another shape, and a model that does not spike', async () => {
    const { code, stderr } = await cli('run', 'vit.snn.onnx', '--input', 'batches.npy', '-o', 'no.npy');
    expect(code).toBe(1);
    expect(stderr).toContain(
      "input 'x': expected shape [batch,3,8,12], got [3,4,3,8,12]. Give an input of the shape the network was made for.",
    );
    const source = await cli('run', 'vit', '--input', 'x.npy', '-o', 'no.npy');
    expect(source.stderr).toContain(
      'expected a spiking model, got a model without spiking neurons. Convert it first (transpike convert).',
    );
    expect(readdirSync(folder)).not.toContain('no.npy');
  });
});

describe('transpike evaluate', () => {
  it('reports source and steps as JSON', async () => {
    const { stdout, code } = await cli('evaluate', 'vit.snn.onnx', '--data', 'images', '-T', '2', '--json');
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ images: 12, skipped: [], steps: [{ t: 1 }, { t: 2 }] });
    for (const share of [result.source.top1, result.steps[0].top1, result.steps[1].agreement]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(result.steps[1].energy.ecmtRatio).toBeGreaterThan(result.steps[0].energy.ecmtRatio);
    expect(JSON.parse(readFileSync(join(folder, result.run, 'result.json'), 'utf8'))).toMatchObject({
      images: 12,
    });
  });

  it('goes on after Ctrl-C and counts every image once', async () => {
    const args = ['evaluate', 'vit.snn.onnx', '--data', 'many.npy', '--batch', '1', '--run', 'interrupted'];
    const batches = join(folder, 'interrupted', 'batches.jsonl');
    const first = await runCli(folder, args, () => existsSync(batches) && statSync(batches).size > 0);
    expect(first.code).toBe(130);
    expect(first.stderr).toMatch(/stopped after \d+ images; give the same command again to go on/);
    const second = await runCli(folder, [...args, '--json']);
    expect(second.stderr).toMatch(/going on after \d+ images of an interrupted run/);
    expect(JSON.parse(second.stdout).images).toBe(600);
    const lines = readFileSync(batches, 'utf8').trim().split('\n');
    const ids = lines.flatMap((line) => JSON.parse(line).predictions.map(({ id }: { id: string }) => id));
    expect(new Set(ids).size).toBe(600);
    expect(ids).toHaveLength(600);
  });

  it('names a corrupt image, leaves it out and counts it; or stops with --strict', async () => {
    const bad = join(folder, 'images', 'class1', 'bad.png');
    writeFileSync(bad, 'no picture');
    const args = ['evaluate', 'vit.snn.onnx', '--data', 'images', '-T', '1'];
    const lenient = await cli(...args);
    expect(lenient.stdout).toContain('1 images left out because they could not be read:');
    expect(lenient.stdout).toContain('class1/bad.png');
    expect(lenient.stdout).toContain('12 images in');
    const strict = await cli(...args, '--strict');
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain('bad.png');
    writeFileSync(bad, '');
  });

  it('refuses an empty folder', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    const { code, stderr } = await cli('evaluate', 'vit.snn.onnx', '--data', 'empty');
    expect(code).toBe(1);
    expect(stderr).toContain('got an empty folder');
  });

  it('evaluates with 8-bit synapses close to float32, and refuses them where they are not to be had', async () => {
    const args = ['evaluate', 'vit.snn.onnx', '--data', 'x.npy', '-T', '2', '--json'];
    const { stdout } = await cli(...args, '--synapses', 'int8');
    expect(JSON.parse(stdout)).toMatchObject({ images: 12, source: { top1: null } });
    expect(JSON.parse(stdout).steps[1].agreement).toBeGreaterThan(0.5);
    expect(JSON.parse(stdout).synapses).toMatchObject({
      images: 12,
      steps: [{ t: 1 }, { t: 2, top1: null }],
    });
    const { stderr, code } = await cli(
      ...args,
      '--synapses',
      'int8',
      '--engine',
      'in-graph',
      '--workers',
      '1',
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('in-graph engine: expected synapses in float32, got int8. Use the fast engine.');
  });

  it('measures a source network without converting it', async () => {
    const { stdout } = await cli('evaluate', 'vit', '--data', 'images', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ steps: [], source: { top1: expect.any(Number) } });
  });

  it('keeps runs apart whose thresholds come from other images', async () => {
    const run = async (calibrate: string) => {
      const args = [
        'evaluate',
        'vit',
        '--preset',
        'reference',
        '--calibrate',
        calibrate,
        '--data',
        'x.npy',
        '-T',
        '1',
        '--json',
      ];
      return JSON.parse((await cli(...args)).stdout).run;
    };
    expect(await run('x.npy')).not.toBe(await run('images'));
  });

  it('converts first when calibration data are given', async () => {
    const { stdout } = await cli(
      'evaluate',
      'vit',
      '--calibrate',
      'x.npy',
      '--data',
      'images',
      '-T',
      '2',
      '--json',
    );
    expect(JSON.parse(stdout).steps).toHaveLength(2);
  });
});

describe('transpike train', () => {
  const recipe = tinyRecipe;

  it('trains by a recipe and leaves a checkpoint that can be converted', async () => {
    writeFileSync(join(folder, 'tiny.json'), JSON.stringify(recipe));
    const { stdout, stderr, code } = await cli('train', 'tiny.json', '-o', 'trained', '--json');
    expect(stderr).toContain('epoch 1/1: training loss');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).testAccuracy).toBeGreaterThanOrEqual(0);
    const { stdout: inspected } = await cli('inspect', 'trained', '--method', 'rate', '--json');
    expect(JSON.parse(inspected)).toMatchObject({ origin: 'resnet-cifar', obstacles: [] });
  });

  it('lists everything wrong in a recipe', async () => {
    writeFileSync(join(folder, 'bad.json'), JSON.stringify({ ...recipe, epochs: 0, colour: 'blue' }));
    const { stderr, code } = await cli('train', 'bad.json', '-o', 'never');
    expect(code).not.toBe(0);
    expect(stderr).toContain('epochs');
    expect(stderr).toContain('colour');
  });
});

describe('transpike inspect and export', () => {
  it('says what a checkpoint is and which sites it would get', async () => {
    const { stdout: other, code } = await cli('inspect', 'vit', '--method', 'rate', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(other).obstacles).toEqual([
      expect.stringMatching(/^graph 'vit-timm': expected activation functions \(ReLU, .*got none among/),
    ]);
    const { stdout } = await cli('inspect', 'vit', '--json');
    const inspection = JSON.parse(stdout);
    expect(inspection).toMatchObject({ origin: 'vit-timm', spiking: false, obstacles: [] });
    expect(inspection.sites).toHaveLength(16);
    const spiking = JSON.parse((await cli('inspect', 'vit.snn.onnx', '--json')).stdout);
    expect(spiking).toMatchObject({
      spiking: true,
      conversion: { method: 'ecmt', steps: 3 },
      parameters: inspection.parameters,
    });
    expect(spiking.sites).toHaveLength(16);
  });

  it('exports the binary-spike form, which gives the same logits', async () => {
    await cli('export', 'vit.snn.onnx', '--to', 'binary-spikes', '-o', 'vit.binary.onnx');
    // The default engine must take the exported file too.
    const run = ['run', 'vit.binary.onnx', '--input', 'x.npy', '-o', 'binary32.npy'];
    expect((await cli(...run)).code).toBe(0);
    const refused = await cli(...run, '--synapses', 'int8');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'binary spikes: expected synapses in float32, got int8. Use the spiking model that they were exported from.',
    );
    for (const name of ['vit.snn.onnx', 'vit.binary.onnx']) {
      await cli('run', name, '--input', 'x.npy', '-T', '3', '--precision', 'float64', '-o', `${name}.npy`);
    }
    const [graded, binary] = [await logits('vit.snn.onnx.npy'), await logits('vit.binary.onnx.npy')];
    expect(largestDifference(graded.data, binary.data)).toBeLessThan(1e-9);
  });

  it('says what is wrong with a file that is no network', async () => {
    writeFileSync(join(folder, 'page.onnx'), '<!doctype html>');
    const { code, stderr } = await cli('inspect', 'page.onnx');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*page\.onnx: expected an ONNX model, got something else/);
    expect((await cli('inspect', 'nowhere.onnx')).stderr).toContain(
      'nowhere.onnx: expected an .onnx or .nir file, or a folder with config.json and model.safetensors, got nothing there. Check the path.',
    );
  });

  it('shows every command in its help, and the help of one with examples', async () => {
    const { stdout: overview } = await cli('--help');
    const commands = [...overview.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name!);
    expect(commands).toEqual(
      'convert tune evaluate compare diagnose simulate fit report run generate retrieve inspect export train finetune quantise demo events worker studio runs methods neurons devices cite doctor completion'.split(
        ' ',
      ),
    );
    const { stdout, code } = await cli('evaluate', '--help');
    expect([stdout, code]).toEqual([expect.stringMatching(/Examples?:\n {2}.*transpike /), 0]);
  });
});
