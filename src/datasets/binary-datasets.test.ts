import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Dataset, ImageSample, TensorSample } from '../data/dataset.ts';
import { cifarRecords, idx, temporaryData } from '../decoding/temporary-data.fixture.ts';
import { DataError } from '../errors.ts';
import { encodeNpy } from '../formats/npy.ts';
import { openDataset } from '../opening/open-dataset.ts';

const image = async (dataset: Dataset, index: number) => (await dataset.sample(index)) as ImageSample;
const tensor = async (dataset: Dataset, index: number) => (await dataset.sample(index)) as TensorSample;

describe('mnist-idx', () => {
  // Two pictures of two rows and three columns.
  const pictures = idx([2, 2, 3], [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]);
  const labels = idx([2], [7, 3]);

  test('reads the test files by default, gzipped or not, with equal channels', async () => {
    const folder = await temporaryData({
      't10k-images-idx3-ubyte.gz': gzipSync(pictures),
      't10k-labels-idx1-ubyte': labels,
      'train-images-idx3-ubyte': idx([1, 1, 1], [9]),
      'train-labels-idx1-ubyte': idx([1], [5]),
    });
    const dataset = await openDataset(folder);
    expect(dataset).toMatchObject({ kind: 'mnist-idx', size: 2, labelled: true });
    const second = await image(dataset, 1);
    expect(second).toMatchObject({ id: '1', label: 3, image: { width: 3, height: 2 } });
    expect([...second.image.data.subarray(0, 9)]).toEqual([250, 250, 250, 251, 251, 251, 252, 252, 252]);
    for (const options of [{ split: 'train' }, { purpose: 'calibration' }] as const) {
      expect(await image(await openDataset(folder, options), 0)).toMatchObject({ label: 5 });
    }
  });

  test('takes a dot for the dash before idx', async () => {
    const folder = await temporaryData({
      't10k-images.idx3-ubyte': pictures,
      't10k-labels.idx1-ubyte': labels,
    });
    expect((await openDataset(folder)).size).toBe(2);
  });

  test('says when the split or the labels are missing, or belong to another file', async () => {
    const images = 'train-images-idx3-ubyte';
    const folder = await temporaryData({ [images]: pictures });
    await expect(openDataset(folder)).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: `${folder}: expected pictures of the split 'test', got ${images}. Give the option split as 'train' or 'test', whichever is there.`,
      }),
    );
    await expect(openDataset(folder, { split: 'train' })).rejects.toThrow(
      `${folder}: expected a file 'train-labels-idx1-ubyte' with the labels, got none. Put the file with the labels beside`,
    );
    const other = await temporaryData({ [images]: pictures, 'train-labels-idx1-ubyte': idx([1], [0]) });
    await expect(openDataset(other, { split: 'train' })).rejects.toThrow(
      'expected 2 labels, one a picture, got 1',
    );
  });

  test.each([
    [
      'cut',
      pictures.subarray(0, 20),
      'expected 12 bytes for the shape [2, 2, 3], got 4. The file is damaged',
    ],
    [
      'no IDX',
      new Uint8Array(40).fill(1),
      '(it starts with 00 00 08 03), got 01 01 01 01. Download the file again',
    ],
    ['empty', new Uint8Array(0), 'got an empty file'],
    [
      'cut in gzip',
      gzipSync(pictures).subarray(0, 25),
      'expected a whole gzip file, got unexpected end of file',
    ],
  ])('refuses a file that is %s', async (_, bytes, message) => {
    const folder = await temporaryData({ 't10k-images-idx3-ubyte': bytes, 't10k-labels-idx1-ubyte': labels });
    await expect(openDataset(folder)).rejects.toThrow(DataError);
    await expect(openDataset(folder)).rejects.toThrow(message);
  });
});

describe('cifar10-binary', () => {
  test('reads the test records of a folder with the names of the classes', async () => {
    const folder = await temporaryData({
      'data_batch_1.bin': cifarRecords(0, 1),
      'data_batch_2.bin': cifarRecords(2),
      'test_batch.bin': cifarRecords(9, 4),
      'batches.meta.txt': 'airplane\nautomobile\n\n',
    });
    const dataset = await openDataset(folder);
    expect(dataset).toMatchObject({
      kind: 'cifar10-binary',
      size: 2,
      classNames: ['airplane', 'automobile'],
    });
    const second = await image(dataset, 1);
    expect(second).toMatchObject({ id: 'test_batch.bin/1', label: 4, image: { width: 32, height: 32 } });
    expect(second.image.data).toEqual(Uint8Array.from({ length: 3072 }, (_, i) => 5 + (i % 3)));
    expect((await openDataset(folder, { purpose: 'calibration' })).id(0)).toBe('data_batch_1.bin/0');
    const train = await openDataset(folder, { split: 'train' });
    expect([train.id(0), train.id(1), train.id(2)]).toEqual([
      'data_batch_1.bin/0',
      'data_batch_1.bin/1',
      'data_batch_2.bin/0',
    ]);
  });

  test('reads a single file', async () => {
    const folder = await temporaryData({ 'some.bin': cifarRecords(3) });
    expect(await image(await openDataset(join(folder, 'some.bin')), 0)).toMatchObject({ label: 3 });
  });

  test('refuses other lengths, other labels and missing splits', async () => {
    const folder = await temporaryData({ 'a.bin': new Uint8Array(3072), 'b.bin': cifarRecords(10) });
    await expect(openDataset(join(folder, 'a.bin'))).rejects.toThrow(
      `${folder}/a.bin: expected a positive multiple of 3073 bytes (CIFAR-10 records), got 3072 bytes. Take files`,
    );
    const dataset = await openDataset(join(folder, 'b.bin'));
    await expect(dataset.sample(0)).rejects.toThrow('record b.bin/0: expected a label from 0 to 9, got 10');
    await expect(openDataset(folder)).rejects.toThrow("expected files of the split 'test'");
  });
});

describe('npy', () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  const stack = encodeNpy({ shape: [2, 3, 4], dataType: 'float32', data });

  test('gives one tensor a sample, without labels', async () => {
    const folder = await temporaryData({ 'x.npy': stack });
    const dataset = await openDataset(join(folder, 'x.npy'));
    expect(dataset).toMatchObject({ kind: 'npy', name: 'x.npy', size: 2, labelled: false });
    const second = await tensor(dataset, 1);
    expect(second).toEqual({
      kind: 'tensor',
      id: '1',
      label: undefined,
      tensor: { shape: [3, 4], data: data.slice(12) },
    });
  });

  test('merges the axes before a sample', async () => {
    const folder = await temporaryData({ 'x.npy': stack });
    const dataset = await openDataset(join(folder, 'x.npy'), { sampleRank: 1 });
    expect(dataset.size).toBe(6);
    expect((await tensor(dataset, 4)).tensor).toEqual({ shape: [4], data: Float32Array.of(16, 17, 18, 19) });
  });

  test('turns whole numbers into float32 without scaling', async () => {
    const bytes = encodeNpy({ shape: [1, 2], dataType: 'uint8', data: Uint8Array.of(7, 255) });
    const folder = await temporaryData({ 'x.npy': bytes });
    const dataset = await openDataset(join(folder, 'x.npy'));
    expect((await tensor(dataset, 0)).tensor.data).toEqual(Float32Array.of(7, 255));
  });

  test('takes labels from text or from another array', async () => {
    const y = encodeNpy({ shape: [2], dataType: 'int64', data: BigInt64Array.of(5n, 1n) });
    const folder = await temporaryData({ 'x.npy': stack, 'y.npy': y, 'y.txt': '5\n1\r\n' });
    for (const name of ['y.npy', 'y.txt']) {
      const dataset = await openDataset(join(folder, 'x.npy'), { labels: join(folder, name) });
      expect(dataset.labelled).toBe(true);
      expect([(await dataset.sample(0)).label, (await dataset.sample(1)).label]).toEqual([5, 1]);
    }
  });

  test('refuses labels of another number, and what is no label', async () => {
    const folder = await temporaryData({ 'x.npy': stack, 'y.txt': '5\n', 'z.txt': '1\n-2\ncat\n' });
    const open = (name: string) => openDataset(join(folder, 'x.npy'), { labels: join(folder, name) });
    await expect(open('y.txt')).rejects.toThrow(
      `${folder}/y.txt: expected 2 labels, one a sample, got 1. Give the labels that belong to these inputs.`,
    );
    await expect(open('z.txt')).rejects.toThrow(
      `${folder}/z.txt: not a list of labels. Correct:\n  - label 1: expected a whole number from 0 on, got '-2'\n  - label 2: expected a whole number from 0 on, got 'cat'`,
    );
    await expect(open('none.txt')).rejects.toThrow(
      /none\.txt: expected a file of labels that can be read, got no such file or folder/,
    );
  });

  test('refuses an array without an axis of samples, and an empty one', async () => {
    const flat = encodeNpy({ shape: [3], dataType: 'float32', data: new Float32Array(3) });
    const none = encodeNpy({ shape: [0, 3], dataType: 'float32', data: new Float32Array(0) });
    const folder = await temporaryData({ 'x.npy': stack, 'flat.npy': flat, 'none.npy': none });
    await expect(openDataset(join(folder, 'flat.npy'))).rejects.toThrow(
      'expected an array with at least one axis before the 1 of a sample, got shape [3]. Stack the inputs',
    );
    await expect(openDataset(join(folder, 'x.npy'), { sampleRank: 3 })).rejects.toThrow(
      'got shape [2, 3, 4]',
    );
    await expect(openDataset(join(folder, 'none.npy'))).rejects.toThrow(
      'expected at least one sample, got none',
    );
  });
});
