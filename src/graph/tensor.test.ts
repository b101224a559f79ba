import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Tensor, toInt64 } from './tensor.ts';

const folder = mkdtempSync(join(tmpdir(), 'tensor-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('Tensor', () => {
  it('reads float32, int64 and half-precision numbers from unaligned bytes', () => {
    const unaligned = (array: ArrayBufferView) => {
      const bytes = new Uint8Array(array.byteLength + 1);
      bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), 1);
      return { kind: 'memory', bytes: bytes.subarray(1) } as const;
    };
    expect([...new Tensor('float32', [2], unaligned(Float32Array.of(1.5, -2))).toNumbers()]).toEqual([
      1.5, -2,
    ]);
    expect([...new Tensor('int64', [1], unaligned(BigInt64Array.of(-7n))).toNumbers()]).toEqual([-7]);
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00);
    expect([...new Tensor('float16', [4], unaligned(halves)).toNumbers()]).toEqual([
      1,
      -2,
      2 ** -24,
      Infinity,
    ]);
    expect([...new Tensor('bfloat16', [2], unaligned(Uint16Array.of(0x3f80, 0xc000))).toNumbers()]).toEqual([
      1, -2,
    ]);
  });

  it('reads from a stretch of a file only when asked', () => {
    const path = join(folder, 'weights.bin');
    writeFileSync(path, new Uint8Array(Float32Array.of(0, 3, 4).buffer));
    const tensor = new Tensor('float32', [2], { kind: 'file', path, offset: 4, length: 8 });
    expect([...tensor.toFloat32()]).toEqual([3, 4]);
  });

  it('says how much of a truncated file is missing', () => {
    const path = join(folder, 'short.bin');
    writeFileSync(path, new Uint8Array(6));
    const tensor = new Tensor('float32', [2], { kind: 'file', path, offset: 0, length: 8 });
    expect(() => tensor.bytes()).toThrow(
      `${path}: expected 8 bytes at offset 0, got the end of the file after 6. The file is truncated; copy or download it again.`,
    );
  });

  it('refuses bytes that do not fit the shape', () => {
    const storage = { kind: 'memory', bytes: new Uint8Array(7) } as const;
    expect(() => new Tensor('float32', [2], storage)).toThrow('tensor float32[2]: expected 8 bytes, got 7.');
  });

  it('clamps integers to the range of int64', () => {
    expect(toInt64(Number.POSITIVE_INFINITY)).toBe(2n ** 63n - 1n);
    expect(toInt64(2 ** 63)).toBe(2n ** 63n - 1n);
    expect(toInt64(-(2 ** 64))).toBe(-(2n ** 63n));
  });
});
