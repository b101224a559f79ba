import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attentionNetwork } from '../../src/batching/batch-layouts.fixture.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { writeNpy } from '../../src/files/write-npy.ts';
import { writeOnnx } from '../../src/files/write-onnx.ts';
import { runCli } from './run-cli.fixture.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transpike-batch-'));
  for (const layout of ['leading', 'one', 'behind'] as const) {
    await writeOnnx(attentionNetwork(layout), join(folder, `${layout}.onnx`));
  }
  const data = Float32Array.from({ length: 6 * 5 * 8 }, (_, i) => Math.sin(i * 7.13));
  await writeNpy(join(folder, 'x.npy'), { shape: [6, 5, 8], dataType: 'float32', data });
});
afterAll(() => rm(folder, { recursive: true }));

async function json(...args: string[]) {
  const { code, stdout, stderr } = await runCli(folder, [...args, '--json']);
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** Everything that depends on the images and not on names or time. */
async function journey(layout: string) {
  const spiking = `${layout}.snn.onnx`;
  const { macs, sites } = await json('inspect', `${layout}.onnx`);
  await json('convert', `${layout}.onnx`, '--calibrate', 'x.npy', '-T', '3', '-o', spiking);
  await json('run', spiking, '--input', 'x.npy', '-o', `${layout}.npy`);
  const { shape, data } = await readNpy(join(folder, `${layout}.npy`));
  const source = await json('evaluate', `${layout}.onnx`, '--data', 'x.npy', '--batch', '4');
  const { images, steps } = await json('evaluate', spiking, '--data', 'x.npy', '--batch', '4');
  return {
    macs,
    sites: sites.length,
    shape,
    logits: Array.from(data as Float32Array),
    sourceImages: source.images,
    images,
    agreement: steps.map((step: { agreement: number }) => step.agreement),
  };
}

describe('a network whose batch is fixed or not the leading axis', () => {
  it('goes the whole way as with a leading batch', async () => {
    const { logits: expected, ...facts } = await journey('leading');
    expect(facts.shape).toEqual([3, 6, 3]);
    for (const layout of ['one', 'behind']) {
      const { logits, ...same } = await journey(layout);
      expect(same).toEqual(facts);
      for (const [i, value] of logits.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
    }
  });
});
