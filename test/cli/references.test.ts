import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratchFolder } from './run-cli.fixture.ts';

let folder: string;
let remove: () => Promise<void>;
const cli = (...args: string[]) => runCli(folder, args);

beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
});
afterAll(() => remove());

describe('a spiking model above its checkpoint', () => {
  const weights = () => join(folder, 'vit', 'model.safetensors');
  const run = (...more: string[]) => cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'y.npy', ...more);

  it('says that its weights stay there, and which they are', async () => {
    const { stdout } = await cli('convert', 'vit', '--calibrate', 'x.npy');
    expect(stdout).toContain(
      '  weights stay in vit/model.safetensors; keep the files together, or put them in with --bundle\n',
    );
    const { stdout: inspection } = await cli('inspect', 'vit.snn.onnx');
    expect(inspection).toContain(`  weights in  ${weights()}\n`);
  });

  it('says in one line what to do when they are moved, and takes the folder they are in', async () => {
    mkdirSync(join(folder, 'moved'));
    renameSync(weights(), join(folder, 'moved', 'model.safetensors'));
    expect(await run()).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: ${join(folder, 'vit.snn.onnx')}: external data ${weights()}: expected the file with the weights, got no such file. Put it back where it was when the model was written, name the folder that it lies in now with the option externalData, or write the model again with the option bundle, which puts the weights into the file (--external-data, --bundle).\n`,
    });
    expect((await run('--external-data', 'elsewhere', '--external-data', 'moved')).code).toBe(0);
    renameSync(join(folder, 'moved', 'model.safetensors'), weights());
  });

  it('says in one line that they changed, instead of computing with others', async () => {
    const before = readFileSync(weights());
    const changed = Uint8Array.from(before);
    changed[changed.length - 2]! ^= 1;
    writeFileSync(weights(), changed);
    expect(await run()).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: ${join(folder, 'vit.snn.onnx')}: external data ${weights()}: expected the weights that the model was written with, got weights that changed since. Bring the old file back, or write the model again; the option bundle then puts the weights into the file (--bundle).\n`,
    });
    writeFileSync(weights(), before);
  });

  it('needs no other file when it is bundled', async () => {
    const converted = await cli(
      'convert',
      'vit',
      '--calibrate',
      'x.npy',
      '--bundle',
      '--json',
      '-o',
      'b.onnx',
    );
    expect(JSON.parse(converted.stdout).refersTo).toEqual([]);
    rmSync(join(folder, 'vit'), { recursive: true });
    expect((await cli('run', 'b.onnx', '--input', 'x.npy', '-o', 'z.npy')).code).toBe(0);
  });
});
