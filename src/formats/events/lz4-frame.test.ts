import { describe, expect, it } from 'vitest';
import { decodeLz4Frame, Lz4Error, xxHash32 } from './lz4-frame.ts';

const text = (characters: string) => new TextEncoder().encode(characters);
const word = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];

/** A frame of blocks that depend on each other, with checksum of the content. */
function frame(content: Uint8Array, ...blocks: readonly (readonly number[])[]): Uint8Array {
  const head = [0b01000100, 0x40];
  return Uint8Array.from([
    ...word(0x184d2204),
    ...head,
    (xxHash32(Uint8Array.from(head)) >>> 8) & 255,
    ...blocks.flat(),
    ...word(0),
    ...word(xxHash32(content)),
  ]);
}

describe('a frame of LZ4', () => {
  // Values of the reference implementation.
  it('has checksums of xxHash32', () => {
    expect(xxHash32(new Uint8Array(0))).toBe(0x02cc5d05);
    expect(xxHash32(text('a'))).toBe(0x550d7456);
    expect(xxHash32(text('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
  });

  it('holds literals, repetitions that run into themselves, and blocks that look back', () => {
    const content = text('abcabcabcabcX-abcabcY');
    // 3 literals, then 9 bytes from 3 back; "X-" and 6 bytes from 14 back in another block; one literal as it is.
    const first = [0x35, ...text('abc'), 3, 0];
    const second = [0x22, ...text('X-'), 14, 0, 0x10, ...text('Y')];
    const blocks = [
      [...word(first.length), ...first],
      [...word(second.length), ...second],
    ];
    expect(new TextDecoder().decode(decodeLz4Frame(frame(content, ...blocks)))).toBe('abcabcabcabcX-abcabcY');
    const plain = [...word(0x80000002), ...text('hi')];
    expect(new TextDecoder().decode(decodeLz4Frame(frame(text('hi'), plain)))).toBe('hi');
  });

  it('says where it is damaged', () => {
    const whole = frame(text('hi'), [...word(0x80000002), ...text('hi')]);
    const error = (bytes: Uint8Array) => {
      try {
        decodeLz4Frame(bytes);
      } catch (thrown) {
        if (thrown instanceof Lz4Error) return [thrown.offset, thrown.message];
      }
      return undefined;
    };
    expect(error(whole.subarray(0, 12))).toEqual([11, '2 bytes more, got the end']);
    expect(error(whole.with(0, 1))).toEqual([0, 'a frame of LZ4, got other bytes']);
    expect(error(whole.with(11, 0))).toEqual([17, 'the checksum of the content, got another']);
    const back = [0x04, 9, 0, 0x10, 65];
    expect(error(frame(text('?'), [...word(back.length), ...back]))).toEqual([
      12,
      'a distance from 1 to 0, got 9',
    ]);
  });
});
