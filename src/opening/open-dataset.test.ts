import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { datasetKinds } from '../datasets/dataset-kinds.ts';
import { temporaryData } from '../decoding/temporary-data.fixture.ts';
import { openDataset } from './open-dataset.ts';

const ids = (dataset: Dataset) => Array.from({ length: dataset.size }, (_, i) => dataset.id(i));

describe('openDataset', () => {
  test('enters the test folder by default, else the one for validation, or the one asked for', async () => {
    const folder = await temporaryData({ 'train/cat/1.png': 1, 'test/cat/2.png': 2, 'val/cat/3.png': 3 });
    expect(await openDataset(folder)).toMatchObject({ kind: 'image-folder', name: 'data/test' });
    expect(ids(await openDataset(folder, { split: 'train' }))).toEqual(['cat/1.png']);
    const other = await temporaryData({ 'train/cat/1.png': 1, 'validation/cat/2.png': 2 });
    expect(ids(await openDataset(other))).toEqual(['cat/2.png']);
  });

  test('enters the training folder for calibration, else the one that is measured on', async () => {
    const folder = await temporaryData({ 'train/cat/1.png': 1, 'test/cat/2.png': 2, 'val/cat/3.png': 3 });
    const purpose = 'calibration';
    expect(await openDataset(folder, { purpose })).toMatchObject({ name: 'data/train' });
    expect(await openDataset(folder, { purpose, split: 'val' })).toMatchObject({ name: 'data/val' });
    const other = await temporaryData({ 'test/cat/1.png': 1, 'val/cat/2.png': 2 });
    expect(await openDataset(other, { purpose })).toMatchObject({ name: 'data/test' });
    expect((await openDataset('glyphs', { purpose })).id(0)).toBe('train/0');
    expect((await openDataset('glyphs:test', { purpose })).id(0)).toBe('test/0');
  });

  test('says which splits there are', async () => {
    const folder = await temporaryData({ 'train/cat/1.png': 1 });
    await expect(openDataset(folder)).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: `${folder}: expected a folder 'test', got 'train'. Choose one of these with the option split.`,
      }),
    );
    await expect(openDataset(folder, { split: 'val' })).rejects.toThrow(
      "expected a folder 'val', got 'train'",
    );
  });

  test('spreads a limited run over the whole data set', async () => {
    const files = Object.fromEntries(
      ['a', 'b', 'c'].flatMap((name) => [1, 2, 3, 4].map((i) => [`${name}/${i}.png`, i])),
    );
    const folder = await temporaryData(files);
    const limited = await openDataset(folder, { limit: 5 });
    // floor(i * 12 / 5) = 0, 2, 4, 7, 9
    expect(ids(limited)).toEqual(['a/1.png', 'a/3.png', 'b/1.png', 'b/4.png', 'c/2.png']);
    expect(await limited.sample(3)).toMatchObject({ id: 'b/4.png', label: 1 });
    expect((await openDataset(folder, { limit: 100 })).size).toBe(12);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses the limit %d', async (limit) => {
    await expect(openDataset('.', { limit })).rejects.toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: `limit: expected a positive whole number of samples, got ${limit}. Give a number from 1 on, or leave the option out to take all samples.`,
      }),
    );
  });

  test('names a path where nothing is', async () => {
    await expect(openDataset('/no/such/place')).rejects.toThrow(
      /^\/no\/such\/place: expected a folder or file with data that can be read, got no such file or folder\. Check the path of the data set\.$/,
    );
  });

  test('lists the known kinds for an empty folder and for an unknown extension', async () => {
    const folder = await temporaryData({ 'empty/.hidden': '', 'data.xyz': '' });
    const known = datasetKinds.map(({ summary }) => summary).join('; ');
    await expect(openDataset(join(folder, 'empty'))).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: `${folder}/empty: expected one of: ${known}, got an empty folder. Give the path of one of these, with pictures as JPEG, PNG, WebP, GIF, TIFF or AVIF.`,
      }),
    );
    await expect(openDataset(join(folder, 'data.xyz'))).rejects.toThrow(
      "got a file with the extension '.xyz'",
    );
    await expect(openDataset(folder)).rejects.toThrow('got a folder with empty/, data.xyz');
  });

  test('asks to unpack an archive', async () => {
    const folder = await temporaryData({ 'cifar.tar.gz': 'x', 'SOURCE.txt': 'x' });
    await expect(openDataset(folder)).rejects.toThrow(
      'Unpack the archive and give the folder with the pictures.',
    );
  });

  test('refuses options that do nothing for the kind', async () => {
    const folder = await temporaryData({ 'a.png': 1 });
    await expect(openDataset(folder, { split: 'train', sampleRank: 3, limit: 1 })).rejects.toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: `${folder} (flat-images): expected only the options labels and limit, got sampleRank, split. Leave out the options that do nothing here, or give data of a kind that uses them.`,
      }),
    );
    expect((await openDataset(folder, { split: undefined })).size).toBe(1);
  });

  test('opens the same samples in the same order every time', async () => {
    const folder = await temporaryData({
      'b/2.png': 1,
      'b/10.png': 1,
      'B/1.png': 1,
      'a-b/1.png': 1,
      'a/1.png': 1,
    });
    const expected = ['B/1.png', 'a/1.png', 'a-b/1.png', 'b/10.png', 'b/2.png'];
    expect(ids(await openDataset(folder))).toEqual(expected);
    expect(ids(await openDataset(folder))).toEqual(expected);
  });
});

test('every file that defines a kind is in the list of kinds', async () => {
  const folder = join(import.meta.dirname, '../datasets');
  const sources = (await readdir(folder)).filter((name) => /^[^.]+\.ts$/.test(name));
  const texts = await Promise.all(sources.map((name) => readFile(join(folder, name), 'utf8')));
  const defined = texts.flatMap((text) => /defineDataset\(\{\s*name: '([^']+)'/.exec(text)?.[1] ?? []);
  expect(datasetKinds.map(({ name }) => name).sort()).toEqual(defined.sort());
});
