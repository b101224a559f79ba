import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import {
  saveCheckpoint,
  tiny,
  tinyConfig,
  tinyImages,
  tinyWeights,
} from '../../src/checkpoints/tiny-vit.fixture.ts';
import { unrolledShrinkage } from '../../src/checkpoints/unrolled-shrinkage.ts';
import { writeNpy } from '../../src/files/write-npy.ts';
import { saveDecoder } from '../../src/opening/text-checkpoints.fixture.ts';

const script = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What a command printed, and how it ended. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in a folder. @param interruptWhen asked every 10 ms; the process gets one Ctrl-C when it says yes */
export function runCli(
  cwd: string,
  args: readonly string[],
  interruptWhen: () => boolean = () => false,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const watch = setInterval(() => {
      if (!interruptWhen()) return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 10);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code, stdout, stderr });
    });
  });
}

/** A recipe that trains in a few steps. */
export const tinyRecipe = {
  name: 'tiny',
  description: 'A few steps.',
  seed: 1,
  network: { kind: 'resnet', width: 4, blocks: 1 },
  data: {
    train: 'glyphs:train?size=128',
    test: 'glyphs:test?size=64',
    channels: 1,
    mean: [0.25],
    std: [0.22],
  },
  loss: { kind: 'cross-entropy' },
  optimiser: { kind: 'sgd' },
  schedule: { kind: 'cosine', learningRate: 0.05 },
  epochs: 1,
  batchSize: 32,
};

/**
 * A folder with tiny checkpoints: `vit/` with its inputs `x.npy` and labelled pictures `images/`, the decoder `gpt2/` with `story.txt`, and the
 * unrolled network `s-lista/`.
 */
export async function scratchFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'transpike-cli-'));
  await mkdir(join(folder, 'vit'));
  await saveCheckpoint(join(folder, 'vit'), tinyWeights(), {
    ...tinyConfig,
    preprocess: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] },
  });
  await mkdir(join(folder, 's-lista'));
  const array = { sensors: [8], grid: [16] };
  const unrolled = unrolledShrinkage({ ...array, layers: 3, structure: 'toeplitz', threshold: 0.05 });
  await saveCheckpoint(join(folder, 's-lista'), unrolled.tensors, unrolled.config);
  const data = tinyImages(12);
  const shape = [12, 3, tiny.height, tiny.width];
  await writeNpy(join(folder, 'x.npy'), { shape, dataType: 'float32', data });
  await writeNpy(join(folder, 'batches.npy'), {
    shape: [3, 4, ...shape.slice(1)],
    dataType: 'float32',
    data,
  });
  const many = Float32Array.from({ length: 50 * data.length }, (_, i) => data[i % data.length]!);
  await writeNpy(join(folder, 'many.npy'), {
    shape: [600, ...shape.slice(1)],
    dataType: 'float32',
    data: many,
  });
  await saveDecoder(join(folder, 'gpt2'));
  await writeFile(
    join(folder, 'story.txt'),
    'the cat and the dog saw a bird. then they sat in the sun, and slept there.',
  );
  for (let i = 0; i < 12; i++) await picture(join(folder, 'images', `class${i % 4}`), i);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function picture(folder: string, i: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pixels = Uint8Array.from({ length: 16 * 24 * 3 }, (_, k) => (k * (i + 3)) % 251);
  const raw = { width: 24, height: 16, channels: 3 } as const;
  await writeFile(join(folder, `${i}.png`), await sharp(pixels, { raw }).png().toBuffer());
}
