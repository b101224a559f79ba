import { describe, expect, it } from 'vitest';
import { Tensor, toInt64 } from './tensor.ts';

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

  it('reads its stretch of a source only when asked', () => {
    const reads: [offset: number, length: number][] = [];
    const numbers = new Uint8Array(Float32Array.of(0, 3, 4).buffer);
    const source = {
      location: 'weights',
      length: numbers.length,
      read: (offset: number, length: number) => {
        reads.push([offset, length]);
        return numbers.slice(offset, offset + length);
      },
    };
    const tensor = new Tensor('float32', [2], { kind: 'external', source, offset: 4, length: 8 });
    expect(reads).toEqual([]);
    expect([...tensor.toFloat32()]).toEqual([3, 4]);
    expect(reads).toEqual([[4, 8]]);
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
