import { UsageError } from '../errors.ts';
import { encodeNpy, type NpyArray } from './npy.ts';

/** Places in a plain ZIP archive are numbers of 32 bits. */
const largestArchive = 2 ** 32 - 1;

/**
 * The bytes of an `.npz` file, as numpy.savez writes it: a ZIP archive of .npy files, stored as they are.
 *
 * @throws UsageError if they are more than 4 GiB
 */
export function encodeNpz(arrays: ReadonlyMap<string, NpyArray>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [key, array] of arrays) {
    const name = new TextEncoder().encode(`${key}.npy`);
    const content = encodeNpy(array);
    const facts = factsOf(name, content);
    parts.push(fields([4, 0x04034b50]), facts, name, content);
    directory.push(
      fields([4, 0x02014b50], [2, 20]),
      facts,
      // Comment, disk and attributes are empty.
      fields([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      name,
    );
    offset += 30 + name.length + content.length;
  }
  const listed = directory.reduce((sum, { length }) => sum + length, 0);
  if (offset + listed > largestArchive) throw tooLarge(offset);
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, arrays.size],
    [2, arrays.size],
    [4, listed],
    [4, offset],
    [2, 0],
  );
  return [...parts, ...directory, end];
}

/** What both heads of an entry say alike: version, flags, method, time and date, checksum, both sizes, lengths of name and extra. */
function factsOf(name: Uint8Array, content: Uint8Array): Uint8Array {
  const firstOfJanuary1980 = 0x21;
  return fields(
    [2, 20],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, firstOfJanuary1980],
    [4, checksumOf(content)],
    [4, content.length],
    [4, content.length],
    [2, name.length],
    [2, 0],
  );
}

/** Little-endian numbers of 2 or 4 bytes one after the other. */
function fields(...numbers: readonly (readonly [bytes: 2 | 4, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(numbers.reduce((sum, [length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [length, value] of numbers) {
    if (length === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += length;
  }
  return bytes;
}

/** CRC-32 of each byte: polynomial 0xEDB88320, bits from the lowest on. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

function checksumOf(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = (table[(rest ^ byte) & 255] ?? 0) ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}

function tooLarge(bytes: number): UsageError {
  return new UsageError({
    where: '.npz file',
    expected: 'arrays of at most 4 GiB together',
    got: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
    remedy: 'Write them as .npy files',
  });
}
