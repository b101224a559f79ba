import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Tensor } from '../graph/tensor.ts';
import { FileSource } from './file-source.ts';
import { fileStorage } from './file-storage.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('FileSource', () => {
  it('gives a tensor its stretch of a file', () => {
    const path = join(folder, 'weights.bin');
    writeFileSync(path, new Uint8Array(Float32Array.of(0, 3, 4).buffer));
    const tensor = new Tensor('float32', [2], fileStorage(path, 4, 8));
    expect([...tensor.toFloat32()]).toEqual([3, 4]);
  });

  it('says how much of a truncated file is missing', () => {
    const path = join(folder, 'short.bin');
    writeFileSync(path, new Uint8Array(6));
    const tensor = new Tensor('float32', [2], fileStorage(path, 0, 8));
    expect(() => tensor.bytes()).toThrow(
      `${path}: expected 8 bytes at offset 0, got the end of the file after 6. The file is truncated; copy or download it again.`,
    );
  });

  it('has no length where there is no file', () => {
    expect(new FileSource(join(folder, 'none.bin')).length).toBeUndefined();
  });
});
