import { describe, expect, it } from 'vitest';
import { packedIntegers, unpackIntegers } from './packed-integers.ts';

const unpacked = (type: number, count: number, ...bytes: number[]) => {
  const packed = packedIntegers(type)!;
  const { buffer } = unpackIntegers(packed, Uint8Array.from(bytes), count);
  return [...(packed.dataType === 'int8' ? new Int8Array(buffer) : new Uint8Array(buffer))];
};

describe('unpackIntegers', () => {
  it('takes 4-bit integers from the lowest bits on', () => {
    expect(unpacked(21, 3, 0xf1, 0x08)).toEqual([1, 15, 8]);
    expect(unpacked(22, 3, 0xf1, 0x08)).toEqual([1, -1, -8]);
  });

  it('takes 2-bit integers from the lowest bits on', () => {
    expect(unpacked(25, 5, 0b11100100, 0b10)).toEqual([0, 1, 2, 3, 2]);
    expect(unpacked(26, 5, 0b11100100, 0b10)).toEqual([0, 1, -2, -1, -2]);
  });
});
