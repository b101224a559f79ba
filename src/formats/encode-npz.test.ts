import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { expect, it } from 'vitest';
import { readNpz } from '../files/read-npz.ts';
import { encodeNpz } from './encode-npz.ts';
import type { NpyArray } from './npy.ts';

const arrays = new Map<string, NpyArray>([
  ['y', { shape: [2, 3], dataType: 'float32', data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['größe', { shape: [], dataType: 'int64', data: BigInt64Array.of(7n) }],
]);

it('writes arrays that are read again, with the checksums of ZIP', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'transpike-npz-'));
  const bytes = Buffer.concat(encodeNpz(arrays));
  writeFileSync(join(folder, 'a.npz'), bytes);
  const read = await readNpz(join(folder, 'a.npz'));
  expect([...read]).toEqual([...arrays]);
  // An independent implementation checks what readNpz does not.
  const crc32 = 'crc32' in zlib ? (zlib.crc32 as (data: Uint8Array) => number) : undefined;
  const length = bytes.readUInt32LE(18);
  const content = bytes.subarray(30 + bytes.readUInt16LE(26), 30 + bytes.readUInt16LE(26) + length);
  if (crc32) expect(bytes.readUInt32LE(14)).toBe(crc32(content));
  rmSync(folder, { recursive: true });
});

it('writes an archive of no arrays', () => {
  const [end] = encodeNpz(new Map());
  expect([...(end ?? [])]).toEqual([0x50, 0x4b, 5, 6, ...Array<number>(18).fill(0)]);
});
