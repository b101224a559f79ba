import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy, type NpyArray } from '../formats/npy.ts';
import { readNpy } from './read-npy.ts';
import { writeNpy } from './write-npy.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npy-'));
});
afterAll(() => rm(folder, { recursive: true }));

const float32 = (shape: number[], values: number[]): NpyArray => ({
  shape,
  dataType: 'float32',
  data: Float32Array.from(values),
});

describe('readNpy and writeNpy', () => {
  test('write a file that reads back, and leave nothing else behind', async () => {
    const path = join(folder, 'a.npy');
    await writeNpy(path, float32([1], [1]));
    await writeNpy(path, float32([2], [3, 4]));
    expect(await readNpy(path)).toEqual(float32([2], [3, 4]));
    expect((await readdir(folder)).filter((name) => name.startsWith('a.npy'))).toEqual(['a.npy']);
    expect(new Uint8Array(await readFile(path))).toEqual(encodeNpy(float32([2], [3, 4])));
  });

  test('name a file that is missing or cannot be written', async () => {
    await expect(readNpy(join(folder, 'none.npy'))).rejects.toThrow(
      /none\.npy: expected an \.npy file .* no such file or folder/,
    );
    await expect(writeNpy(join(folder, 'no', 'a.npy'), float32([0], []))).rejects.toThrow(
      /a\.npy: expected a place that can be written, got no such file or folder\. Choose another output path or make the folder/,
    );
  });

  test('read an empty file as no npy file', async () => {
    const path = join(folder, 'empty.npy');
    await writeFile(path, '');
    await expect(readNpy(path)).rejects.toThrow('got an empty file');
  });
});
