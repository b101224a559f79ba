import { gunzipSync } from 'node:zlib';
import { DataError, messageOf } from '../errors.ts';
import { sizeOf } from '../graph/shape.ts';

/** Bytes with a shape, as the IDX format of MNIST holds them. */
export interface IdxBytes {
  shape: number[];
  data: Uint8Array;
}

const unsignedBytes = 8;

/**
 * Decodes an IDX file of unsigned bytes; gzip is undone first.
 *
 * @param rank number of axes that the file should have
 * @throws DataError if the bytes are no such file, or too few or too many.
 */
export function parseIdx(bytes: Uint8Array, rank: number, where: string): IdxBytes {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzip(bytes, where) : bytes;
  const start = 4 + 4 * rank;
  if (
    plain.length < start ||
    plain[0] !== 0 ||
    plain[1] !== 0 ||
    plain[2] !== unsignedBytes ||
    plain[3] !== rank
  ) {
    throw new DataError({
      where,
      expected: `an IDX file of unsigned bytes with ${rank} axes (it starts with 00 00 08 0${rank})`,
      got: plain.length === 0 ? 'an empty file' : [...plain.subarray(0, 4)].map(hex).join(' '),
      remedy: 'Download the file again',
    });
  }
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizeOf(shape);
  if (plain.length !== start + size) {
    throw new DataError({
      where,
      expected: `${size} bytes for the shape [${shape.join(', ')}]`,
      got: `${plain.length - start}`,
      remedy: 'The file is damaged; download it again',
    });
  }
  return { shape, data: plain.subarray(start) };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function unzip(bytes: Uint8Array, where: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new DataError(
      { where, expected: 'a whole gzip file', got: messageOf(error), remedy: 'Download the file again' },
      { cause: error },
    );
  }
}
