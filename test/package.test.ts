import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { evaluate } from '../src/evaluation/evaluate.ts';
import { openInputs } from '../src/opening/open-inputs.ts';
import { openNetwork } from '../src/opening/open-network.ts';

/** Paths of all files that are shipped. */
function shipped(): Set<string> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [{ files }] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' }));
  return new Set(files.map(({ path }: { path: string }) => path));
}

it('ships what its pages link to, and the sources that its source maps name', () => {
  const files = shipped();
  const has = (path: string) => files.has(path) || [...files].some((each) => each.startsWith(`${path}/`));
  const missing: string[] = [];
  for (const page of files) {
    if (!page.endsWith('.md')) continue;
    for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)\s#:]+)(?:#[^)]*)?\)/g)) {
      const path = normalize(join(dirname(page), target)).replace(/\/$/, '');
      if (!has(path)) missing.push(`${page}: ${target}`);
    }
  }
  for (const map of files) {
    if (!map.endsWith('.js.map')) continue;
    const { sources } = JSON.parse(readFileSync(map, 'utf8'));
    for (const source of sources) {
      const path = normalize(join(dirname(map), source));
      if (!files.has(path)) missing.push(`${map}: ${source}`);
    }
  }
  expect(missing).toEqual([]);
});

it('runs from a bundle, kernels and all, as it does by itself', async () => {
  // Below node_modules, where native packages are found that no bundle can hold.
  const folder = mkdtempSync(join('node_modules', '.bundle-'));
  try {
    const program = join(folder, 'program.mjs');
    writeFileSync(
      program,
      `import { convertNetwork, openNetwork, runNetwork } from ${JSON.stringify(join(process.cwd(), 'dist/index.js'))};
const source = await openNetwork('models/glyphs-vit');
const { network } = await convertNetwork(source, { calibration: 'glyphs:train?size=8', steps: 2 });
const { logits } = await runNetwork(network, { input: process.argv[2], output: process.argv[3] });
console.log(JSON.stringify([logits.shape, Array.from(logits.data).slice(0, 20)]));
`,
    );
    const build = await rolldown({
      input: program,
      platform: 'node',
      external: ['onnxruntime-node', 'sharp'],
      logLevel: 'silent',
    });
    const bundled = join(folder, 'bundled.mjs');
    await build.write({ file: bundled, format: 'esm', codeSplitting: false });
    const input = join(folder, 'x.npy');
    writeFileSync(input, npyOf([1, 1, 32, 32]));
    const answers = [program, bundled].map((file, i) =>
      execFileSync('node', [file, input, join(folder, `${i}.npy`)], { encoding: 'utf8' }),
    );
    expect(JSON.parse(answers[0] ?? '')[0].slice(0, 2)).toEqual([2, 1]);
    expect(answers[1]).toBe(answers[0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

/** A file of float32 numbers (NumPy format 1.0). */
function npyOf(shape: readonly number[]): Buffer {
  const size = shape.reduce((a, b) => a * b, 1);
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${text.padEnd(117)}\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00`, 'latin1');
  const length = Buffer.from(Uint16Array.of(header.length).buffer);
  const numbers = Float32Array.from({ length: size }, (_, i) => Math.sin(i));
  return Buffer.concat([head, length, Buffer.from(header), Buffer.from(numbers.buffer)]);
}

it('opens inputs that are the data of an evaluation as they are', async () => {
  const network = await openNetwork('models/glyphs-cnn');
  const end = await evaluate({ model: network.model, data: await openInputs(network, 'glyphs:test?size=8') });
  expect(end.finished && end.result.images).toBe(8);
});
