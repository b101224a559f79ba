import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryData } from '../decoding/temporary-data.fixture.ts';
import { encodeNpy } from '../formats/npy.ts';
import type { PreprocessConfig } from '../images/preprocess.ts';
import { openDataset } from '../opening/open-dataset.ts';
import type { Dataset } from './dataset.ts';
import { type LoadOptions, loadBatches, type TensorBatch } from './load-batch.ts';
import { objectColumns, objectTarget } from './object-columns.ts';

/** Leaves the pictures of 3 x 2 pixels as they are, as bytes in one grey channel. */
const preprocess: PreprocessConfig = {
  interpolation: 'bilinear',
  cropHeight: 2,
  cropWidth: 3,
  mean: [0],
  std: [1],
  channels: 1,
  scale: 1,
};
const options: LoadOptions = { preprocess, inputShape: [1, 2, 3], batchSize: 2, strict: false };

async function collect(dataset: Dataset, change: Partial<LoadOptions> = {}): Promise<TensorBatch[]> {
  const batches = [];
  for await (const batch of loadBatches(dataset, { ...options, ...change })) batches.push(batch);
  return batches as TensorBatch[];
}

/** Five pictures, the third and, if wanted, the others damaged. */
async function fivePictures(): Promise<Dataset> {
  return openDataset(
    await temporaryData({ 'x/1.png': 10, 'x/2.png': 20, 'x/3.png': 'damaged', 'y/4.png': 40, 'y/5.png': 50 }),
  );
}

describe('loadBatches', () => {
  test('fills batches in order past a damaged picture, and reports it', async () => {
    const skipped: string[][] = [];
    const batches = await collect(await fivePictures(), {
      onSkipped: (id, reason) => skipped.push([id, reason]),
    });
    expect(batches.map(({ ids, labels, shape }) => ({ ids, labels, shape }))).toEqual([
      { ids: ['x/1.png', 'x/2.png'], labels: [0, 0], shape: [2, 1, 2, 3] },
      { ids: ['y/4.png', 'y/5.png'], labels: [1, 1], shape: [2, 1, 2, 3] },
    ]);
    expect(batches[1]!.data).toEqual(Float32Array.of(...Array(6).fill(40), ...Array(6).fill(50)));
    expect(skipped).toEqual([['x/3.png', expect.stringMatching(/x\/3\.png: expected a whole JPEG/)]]);
  });

  test('ends at a damaged picture when strict, after the batches before it', async () => {
    const dataset = await fivePictures();
    const batches = loadBatches(dataset, { ...options, strict: true });
    expect((await batches.next()).value).toMatchObject({ ids: ['x/1.png', 'x/2.png'] });
    await expect(batches.next()).rejects.toThrow(/x\/3\.png: expected a whole JPEG/);
  });

  test('leaves out samples by id, and the last batch may be short', async () => {
    const batches = await collect(await fivePictures(), {
      skip: new Set(['x/1.png', 'x/3.png']),
      strict: true,
    });
    expect(batches.map(({ ids }) => ids)).toEqual([['x/2.png', 'y/4.png'], ['y/5.png']]);
    expect(batches[1]!.shape).toEqual([1, 1, 2, 3]);
  });

  test.each([1, 2, 7])('gives the same batches whatever is prefetched (%i)', async (prefetch) => {
    const batches = await collect(slowDataset(9), { prefetch, batchSize: 4 });
    expect(batches.map(({ ids }) => ids)).toEqual([['0', '1', '2', '3'], ['4', '5', '6', '7'], ['8']]);
  });

  test('reads ahead while the consumer works, but no further than asked', async () => {
    const started: number[] = [];
    const batches = loadBatches(slowDataset(100, started), { ...options, batchSize: 3, prefetch: 2 });
    await batches.next();
    await new Promise(setImmediate);
    expect(started.length).toBeGreaterThan(3);
    expect(started.length).toBeLessThanOrEqual(3 + 2 * 3);
    await batches.return(undefined);
  });

  test('stops reading when the consumer stops', async () => {
    const started: number[] = [];
    for await (const _ of loadBatches(slowDataset(100, started), options)) break;
    const count = started.length;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(started.length).toBe(count);
  });

  test('passes tensors as they are and checks their shape', async () => {
    const bytes = encodeNpy({ shape: [3, 2], dataType: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    const dataset = await openDataset(join(await temporaryData({ 'x.npy': bytes }), 'x.npy'));
    const [first] = await collect(dataset, { inputShape: [2], batchSize: 3, preprocess: undefined });
    expect(first).toEqual({
      ids: ['0', '1', '2'],
      labels: [undefined, undefined, undefined],
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
      shape: [3, 2],
    });
    await expect(collect(dataset, { inputShape: [3, 4, 4] })).rejects.toThrow(
      "sample '0': expected the shape [3, 4, 4] of the network's input, got [2]. Give inputs of the shape that the network takes.",
    );
  });

  test('refuses preprocessing for another input, and none for pictures', async () => {
    const dataset = await fivePictures();
    await expect(collect(dataset, { inputShape: [3, 2, 3] })).rejects.toThrow(
      "preprocessing: expected the shape [3, 2, 3] of the network's input, got [1, 2, 3]. Give the preprocessing settings that belong to this network.",
    );
    await expect(collect(dataset, { preprocess: undefined })).rejects.toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message:
          "sample 'x/1.png': expected preprocessing settings, since the data set has pictures, got none. Give the option preprocess.",
      }),
    );
  });

  test('refuses a data set with nothing but damaged pictures', async () => {
    const dataset = await openDataset(await temporaryData({ 'a.png': 'x', 'b.png': 'y' }));
    await expect(collect(dataset)).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message:
          "data set 'data': expected at least one picture that can be read, got 2 damaged ones. Replace the files; strict mode shows what is wrong with the first one.",
      }),
    );
  });

  test.each([
    [{ batchSize: 0 }, 'batchSize: expected a positive whole number, got 0. Give a number from 1 on.'],
    [{ prefetch: 1.5 }, 'prefetch: expected a positive whole number, got 1.5. Give a number from 1 on.'],
  ])('refuses %o', async (change, message) => {
    await expect(collect(slowDataset(1), change)).rejects.toThrow(
      expect.objectContaining({ name: 'UsageError', message: message }),
    );
  });

  test('does not hide mistakes of a program as damaged pictures', async () => {
    const broken = { ...slowDataset(2), sample: () => Promise.reject(new TypeError('oops')) };
    await expect(collect(broken)).rejects.toThrow(TypeError);
  });
});

/** Pictures that take a different number of turns of the event loop each. */
function slowDataset(size: number, started: number[] = []): Dataset {
  return {
    kind: 'test',
    name: 'slow',
    size,
    labelled: true,
    id: String,
    async sample(index) {
      started.push(index);
      for (let turn = 0; turn < (index * 7) % 5; turn++) await new Promise(setImmediate);
      const image = { width: 3, height: 2, data: new Uint8Array(18).fill(index) };
      return { kind: 'image', id: String(index), label: index, image };
    },
  };
}

/** A grey picture of 12 x 8 pixels with white ones in columns 3 to 8 and rows 2 to 5, and where these are; a second object is in a corner. */
const pictureOfObjects: Dataset = {
  kind: 'test',
  name: 'boxes',
  size: 1,
  labelled: false,
  id: () => 'a',
  async sample() {
    const isWhite = (x: number, y: number) => x >= 3 && x < 9 && y >= 2 && y < 6;
    const data = Uint8Array.from({ length: 12 * 8 * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return isWhite(pixel % 12, Math.floor(pixel / 12)) ? 255 : 128;
    });
    const rest = { crowd: 0, ignored: 0, class: 1, id: 7, classes: 2 };
    const target = objectTarget([
      { left: 3 / 12, top: 2 / 8, right: 9 / 12, bottom: 6 / 8, ...rest },
      { left: 0, top: 0, right: 1 / 12, bottom: 1 / 8, ...rest },
    ]);
    return { kind: 'image', id: 'a', label: undefined, image: { width: 12, height: 8, data }, target };
  },
};

describe('objects', () => {
  test.each([
    ['the whole', { cropWidth: 12, cropHeight: 8 }, 2],
    ['what is cropped', { cropWidth: 4, cropHeight: 6 }, 1],
    ['what is padded', { cropWidth: 16, cropHeight: 12 }, 2],
    ['what is resized and cropped', { resizeShorter: 16, cropWidth: 16, cropHeight: 16 }, 1],
    ['what is squeezed', { resize: [16, 12] as [number, number], cropWidth: 12, cropHeight: 16 }, 2],
  ])('are where the network sees them: %s', async (_, crop, count) => {
    const { cropWidth, cropHeight } = crop;
    const config: PreprocessConfig = { ...preprocess, interpolation: 'nearest', ...crop };
    const [batch] = await collect(pictureOfObjects, {
      preprocess: config,
      inputShape: [1, cropHeight, cropWidth],
    });
    const { data, targets } = batch!;
    const white = Array.from(data.keys()).filter((i) => data[i] === 255);
    const [columns, rows] = [white.map((i) => i % cropWidth), white.map((i) => Math.floor(i / cropWidth))];
    const box = [
      Math.min(...columns) / cropWidth,
      Math.min(...rows) / cropHeight,
      (Math.max(...columns) + 1) / cropWidth,
      (Math.max(...rows) + 1) / cropHeight,
    ];
    const [target] = targets!;
    expect(target!.shape).toEqual([count, objectColumns.length]);
    for (const [i, value] of box.entries()) expect(target!.data[i]).toBeCloseTo(value, 12);
    expect(Array.from(target!.data.slice(4, 9))).toEqual([0, 0, 1, 7, 2]);
  });
});
