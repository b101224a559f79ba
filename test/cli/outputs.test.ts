import { linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratchFolder } from './run-cli.fixture.ts';

let folder: string;
let remove: () => Promise<void>;
const cli = (...args: string[]) => runCli(folder, args);

beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  await cli('convert', 'vit', '--calibrate', 'x.npy', '-o', 'vit.snn.onnx');
  symlinkSync('vit.snn.onnx', join(folder, 'soft.onnx'));
  linkSync(join(folder, 'vit', 'model.safetensors'), join(folder, 'hard.onnx'));
  writeFileSync(join(folder, 'notes.txt'), 'notes');
});
afterAll(() => remove());

describe('an output that is an input', () => {
  it.each([
    ['convert', 'vit', '--calibrate', 'x.npy', '-o', 'vit/model.safetensors'],
    ['convert', 'vit', '--calibrate', 'x.npy', '-o', 'vit/config.json', '--force'],
    ['convert', 'vit', '--calibrate', 'x.npy', '-o', 'x.npy', '--force'],
    ['convert', 'vit', '--calibrate', 'x.npy', '-o', 'hard.onnx', '--force'],
    ['export', 'vit.snn.onnx', '-o', 'vit.snn.onnx'],
    ['export', 'vit.snn.onnx', '-o', 'soft.onnx', '--force'],
    ['run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'x.npy'],
    ['run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'vit/model.safetensors', '--force'],
    ['tune', 'vit', '--calibrate', 'x.npy', '--energy', '0.3', '-o', 'vit/model.safetensors'],
  ])('is refused and left as it is: %s %s %s %s %s %s', async (...args) => {
    const output = join(folder, args[args.indexOf('-o') + 1]!);
    const before = readFileSync(output);
    const { code, stderr } = await cli(...args);
    expect(stderr).toContain('expected an output that is not also an input, got ');
    expect(code).toBe(2);
    expect(readFileSync(output)).toEqual(before);
  });
});

it('a file that holds something else is replaced by force alone', async () => {
  const { code, stderr } = await cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'notes.txt');
  expect([code, stderr]).toEqual([
    2,
    'error: notes.txt: expected a .npy file to replace, or none, got a file that holds something else. Choose another output path, or allow its loss with the option force (--force).\n',
  ]);
  expect((await cli('run', 'vit.snn.onnx', '--input', 'x.npy', '-o', 'notes.txt', '--force')).code).toBe(0);
  expect(readFileSync(join(folder, 'notes.txt'), 'latin1')).toContain('NUMPY');
});
