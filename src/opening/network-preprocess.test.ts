import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { tinyConfig, tinyWeights, writeCheckpoint } from '../checkpoints/tiny-vit.fixture.ts';
import type { TensorBatch } from '../data/load-batch.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { openInputs } from './open-inputs.ts';
import { openNetwork } from './open-network.ts';

/** A checkpoint, and pictures of one colour beside it. */
async function folderWithPictures(config: object = tinyConfig): Promise<string> {
  const folder = await writeCheckpoint(tinyWeights(), config);
  await mkdir(join(folder, 'pictures'));
  const raw = { width: 12, height: 8, channels: 3 } as const;
  const pixels = Uint8Array.from({ length: 12 * 8 * 3 }, (_, i) => [255, 51, 0][i % 3]!);
  await writeFile(join(folder, 'pictures', 'a.png'), await sharp(pixels, { raw }).png().toBuffer());
  return folder;
}

/** The first pixel of the only picture as the network sees it. */
async function firstPixel(folder: string, preprocess?: string, path = folder): Promise<number[]> {
  const network = await openNetwork(path, { preprocess });
  const inputs = await openInputs(network, join(folder, 'pictures'), { needsLabels: false });
  for await (const { data } of inputs.batches() as AsyncIterable<TensorBatch>)
    return [0, 96, 192].map((at) => data[at]!);
  return [];
}

describe('the preprocessing of a network', () => {
  it('is told or known, or pictures are refused', async () => {
    const folder = await folderWithPictures();
    await expect(firstPixel(folder)).rejects.toThrow(
      `${folder}: expected a network that says how the pictures of '${join(folder, 'pictures')}' become its inputs, got no preprocessing in the model or in files beside it. Give the option preprocess: 'imagenet' for the usual settings of ImageNet, 'unit' for pixels from 0 to 1, or a JSON file with mean and std.`,
    );
  });

  it("'unit' gives pixels from 0 to 1, 'imagenet' its usual numbers", async () => {
    const folder = await folderWithPictures();
    const near = (values: number[]) => values.map((value) => expect.closeTo(value, 5));
    expect(await firstPixel(folder, 'unit')).toEqual(near([1, 0.2, 0]));
    const imageNet = [(1 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, -0.406 / 0.225];
    expect(await firstPixel(folder, 'imagenet')).toEqual(near(imageNet));
  });

  it('from a file comes before that of the checkpoint, and stays in the model', async () => {
    const folder = await folderWithPictures({
      ...tinyConfig,
      preprocess: { mean: [0, 0, 0], std: [1, 1, 1] },
    });
    const file = join(folder, 'own.json');
    await writeFile(file, JSON.stringify({ preprocess: { mean: [1, 1, 1], std: [0.5, 0.5, 0.5] } }));
    const near = [0, -1.6, -2].map((value) => expect.closeTo(value, 5));
    expect(await firstPixel(folder, file)).toEqual(near);
    const told = await openNetwork(folder, { preprocess: file });
    await writeOnnx(told.model, join(folder, 'told.onnx'));
    expect(await firstPixel(folder, undefined, join(folder, 'told.onnx'))).toEqual(near);
    // A run with other numbers is another run.
    expect(told.fingerprint).not.toBe((await openNetwork(folder)).fingerprint);
  });

  it('is refused where a file says nothing of it', async () => {
    const folder = await folderWithPictures();
    const file = join(folder, 'empty.json');
    await writeFile(file, '{}');
    await expect(openNetwork(folder, { preprocess: file })).rejects.toThrow(
      `${file}: expected settings of preprocessing, as { "preprocess": { "mean": [...], "std": [...] } }, got none in a form that is known. Give another file, 'imagenet', or 'unit'.`,
    );
  });
});
