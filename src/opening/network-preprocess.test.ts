import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { tinyConfig, tinyWeights, writeCheckpoint } from '../checkpoints/tiny-vit.fixture.ts';
import type { TensorBatch } from '../data/load-batch.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
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

  it('of colours does for grey pictures where all of them have the same, and is refused where not', async () => {
    const folder = await folderWithPictures();
    const graph = new Graph('grey');
    graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 1, 8, 12] }]);
    const build = new GraphBuilder(graph);
    const flat = build.op('Flatten', ['x']);
    const weight = Tensor.float32([96, 2], new Array<number>(192).fill(0.1));
    graph.append(node('MatMul', [flat, build.constant('w', weight)], ['y']));
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
    const path = join(folder, 'grey.onnx');
    await writeOnnx(new Model(graph, 17), path);
    const same = join(folder, 'same.json');
    await writeFile(same, JSON.stringify({ preprocess: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } }));
    const luma = Math.round(0.299 * 255 + 0.587 * 51) / 255;
    expect((await firstPixel(folder, same, path))[0]).toBeCloseTo((luma - 0.5) / 0.25, 5);
    expect((await firstPixel(folder, 'unit', path))[0]).toBeCloseTo(luma, 5);
    const other = join(folder, 'other.json');
    await writeFile(
      other,
      JSON.stringify({ preprocess: { mean: [0.4, 0.5, 0.5], std: [0.25, 0.25, 0.25] } }),
    );
    await expect(firstPixel(folder, other, path)).rejects.toThrow(
      `${other}: preprocessing: expected one mean and one std, since the network takes grey pictures, got mean [0.4, 0.5, 0.5] and std [0.25, 0.25, 0.25]. Give the option preprocess: 'unit' for pixels from 0 to 1, or a JSON file with mean and std of grey.`,
    );
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
