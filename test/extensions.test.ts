import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../src/formats/encode-safetensors.ts';
import { Tensor } from '../src/graph/tensor.ts';

const page = readFileSync('docs/extending.md', 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!);

let project: string;

/** A fresh, strict TypeScript project with the package as it is published, and the modules of the page. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'transpike-extending-'));
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const modules = join(project, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync('node_modules')) {
    if (name.startsWith('.') && name !== '.bin') continue;
    symlinkSync(resolve('node_modules', name), join(modules, name));
  }
  execFileSync('tar', ['-xzf', filename], { cwd: project });
  cpSync(join(project, 'package'), join(modules, 'transpike'), { recursive: true });
  cpSync('models/glyphs-vit', join(project, 'glyphs-vit'), { recursive: true });
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'mine', private: true, type: 'module' }),
  );
  const [tsconfig] = blocks('json');
  writeFileSync(join(project, 'tsconfig.json'), tsconfig!);
  for (const text of blocks('ts')) writeFileSync(join(project, /^\/\/ (\S+)/.exec(text)![1]!), text);
  writePerceptron(join(project, 'perceptron'));
}, 60_000);

afterAll(() => rm(project, { recursive: true, force: true }));

/** Weights of the page's own architecture: 64 pixels, 16 hidden units, 2 classes. */
function writePerceptron(folder: string): void {
  mkdirSync(folder);
  const tensor = (...shape: number[]) =>
    Tensor.float32(
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * i) / 4),
    );
  const tensors = new Map([
    ['hidden.weight', tensor(16, 64)],
    ['hidden.bias', tensor(16)],
    ['out.weight', tensor(2, 16)],
    ['out.bias', tensor(2)],
  ]);
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ side: 8 }));
  writeFileSync(
    join(folder, 'model.safetensors'),
    Buffer.concat([...encodeSafetensors('test', tensors, {})]),
  );
}

interface Answer {
  readonly code: number;
  readonly out: string;
}

async function shell(line: string): Promise<Answer> {
  const command = line.replace(/^npx transpike/, 'node node_modules/transpike/dist/cli/main.js');
  const env = {
    ...process.env,
    PATH: `${join(project, 'node_modules/.bin')}:${dirname(process.execPath)}:${process.env.PATH}`,
    NO_COLOR: '1',
  };
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command.replace(/^npx /, '')], {
      cwd: project,
      env,
    });
    return { code: 0, out: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout + stderr };
  }
}

describe('docs/extending.md', () => {
  it('does what it says in a fresh project, with the package as it is published', async () => {
    // The first block shows the form of a command and names no files of the project.
    const lines = blocks('sh')
      .slice(1)
      .flatMap((text) => text.trim().split('\n'));
    expect(lines.length).toBeGreaterThanOrEqual(7);
    for (const line of lines) {
      const { code, out } = await shell(line);
      expect(code, `${line}\n${out}`).toBe(0);
    }
    const read = (path: string) => JSON.parse(readFileSync(join(project, path), 'utf8'));
    expect(read('stripes-run/environment.json').extensions).toEqual([
      { name: 'lab', version: '1.0.0', hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
    ]);
    const [step] = read('stripes-run/result.json').steps;
    expect(step.energy.full.map(({ device }: { device: string }) => device)).toContain('my-chip');
    expect(Object.keys(read('thresholds.json')).length).toBeGreaterThan(0);
  }, 240_000);

  it('has a kernel that passes the checks of its neuron', async () => {
    writeFileSync(
      join(project, 'kernel.test.js'),
      `import { test } from 'node:test';
import { neuronChecks } from 'transpike/conformance';
import fast from './fast-ternary.js';
for (const { name, run } of neuronChecks(fast.neurons[0], fast.kernels[0])) test(name, run);`,
    );
    const { code, out } = await shell('node --test kernel.test.js');
    expect(code, out).toBe(0);
    expect(out).toContain('fast-ternary runs in the fast engine like its step, by its kernel');
  }, 60_000);
});

describe('a network of an extension’s neurons, after the page', () => {
  const expectError = async (line: string, ...texts: string[]) => {
    const { code, out } = await shell(line);
    expect(code, out).toBeGreaterThan(0);
    for (const text of texts) expect(out).toContain(text);
    expect(out).not.toContain('fault of Transpike');
  };

  it('says without the extension which one it needs, and loads nothing by itself', async () => {
    await expectError(
      'npx transpike evaluate ternary.snn.onnx --data glyphs:test?size=8 --run none',
      "neuron 'ternary': expected extension 'ternary' 1.0.0, got no extension of that name in use.",
    );
  }, 60_000);

  it('runs without the extension in the graph, to the same logits', async () => {
    writeNpy(join(project, 'x.npy'));
    expect(
      await shell('npx transpike run ternary.snn.onnx --engine in-graph --input x.npy -o plain.npy'),
    ).toMatchObject({ code: 0 });
    const withIt =
      'npx transpike run ternary.snn.onnx --use ./ternary.js --engine in-graph --input x.npy -o known.npy';
    expect(await shell(withIt)).toMatchObject({ code: 0 });
    expect(readFileSync(join(project, 'plain.npy'))).toEqual(readFileSync(join(project, 'known.npy')));
  }, 60_000);

  it('is refused with another version of the extension', async () => {
    const other = readFileSync(join(project, 'ternary.js'), 'utf8').replace(
      "version: '1.0.0'",
      "version: '1.1.0'",
    );
    writeFileSync(join(project, 'newer.js'), other);
    await expectError(
      'npx transpike inspect ternary.snn.onnx --use ./newer.js',
      "neuron 'ternary': expected extension 'ternary' 1.0.0, got 'ternary' 1.1.0.",
    );
  }, 60_000);

  it('finds extensions by the name of a package and in a configuration', async () => {
    const home = join(project, 'node_modules', 'ternary-spikes');
    mkdirSync(home);
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ name: 'ternary-spikes', type: 'module', exports: './main.js' }),
    );
    cpSync(join(project, 'ternary.js'), join(home, 'main.js'));
    writeFileSync(join(project, 'my.json'), JSON.stringify({ use: ['ternary-spikes'] }));
    for (const use of ['--use ternary-spikes', '--config my.json']) {
      const { code, out } = await shell(`npx transpike inspect ternary.snn.onnx ${use}`);
      expect(code, out).toBe(0);
    }
  }, 60_000);

  it('tells of an extension that throws, is missing, or is none', async () => {
    writeFileSync(join(project, 'throws.js'), "throw new Error('boom');");
    writeFileSync(join(project, 'none.js'), 'export const nothing = 1;');
    writeFileSync(join(project, 'wrong.js'), 'export default ["use"];');
    writeFileSync(join(project, 'wrong.json'), '{ "used": [] }');
    const inspect = 'npx transpike inspect glyphs-vit';
    await expectError(`${inspect} --use ./throws.js`, 'expected a module that can be loaded, got boom.');
    await expectError(
      `${inspect} --use ./nowhere.js`,
      "extension './nowhere.js': expected the file of a module, got nothing there. Check the path.",
    );
    await expectError(`${inspect} --use no-such-package`, 'npm install no-such-package');
    await expectError(
      `${inspect} --use ./none.js`,
      'none.js: not an extension. Export what defineExtension returns as default.',
    );
    await expectError(
      `${inspect} --use ./wrong.js`,
      "'name': expected a text, got nothing",
      "'version': expected a text, got nothing",
    );
    await expectError(
      `${inspect} --config wrong.json`,
      'wrong.json: expected a configuration such as { "use": ["./my-neuron.js"] }',
    );
  }, 60_000);
});

/** Two inputs of 32 × 32. */
function writeNpy(path: string): void {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 32, 32), }";
  const padded = `${header.padEnd(117)}\n`;
  const numbers = Float32Array.from({ length: 2048 }, (_, i) => Math.sin(i));
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 255, padded.length >> 8]);
  writeFileSync(path, Buffer.concat([magic, Buffer.from(padded), Buffer.from(numbers.buffer)]));
}
