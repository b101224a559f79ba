import { inflateRawSync } from 'node:zlib';
import { FormatError, messageOf } from '../errors.ts';
import { type NpyArray, parseNpy } from '../formats/npy.ts';
import { readWholeFile } from './read-npy.ts';

/** Signatures of the parts of a ZIP archive. */
const signatures = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 } as const;

/**
 * Reads the arrays of an `.npz` file (`numpy.savez`, `numpy.savez_compressed`) by name.
 *
 * @throws FormatError if the file is missing or damaged, or an array is one that {@link parseNpy} refuses
 */
export async function readNpz(path: string): Promise<Map<string, NpyArray>> {
  const bytes = await readWholeFile(path);
  return new Map(
    entriesOf(bytes, path).map((entry) => {
      const name = entry.name.replace(/\.npy$/, '');
      return [name, parseNpy(contentOf(bytes, entry, path), `${path}: array '${name}'`)];
    }),
  );
}

interface Entry {
  readonly name: string;
  /** 0: as it is; 8: deflated. */
  readonly method: number;
  readonly compressed: number;
  readonly offset: number;
}

/** What the directory at the end of the archive lists. */
function entriesOf(bytes: Uint8Array, path: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const smallestEnd = 22;
  let end = bytes.length - smallestEnd;
  while (end >= 0 && view.getUint32(end, true) !== signatures.end) end--;
  if (end < 0) throw damaged(path, 'a ZIP archive with its directory at the end', 'other bytes');
  const count = view.getUint16(end + 10, true);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.entry) {
      throw damaged(path, `${count} entries in its directory`, String(i));
    }
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)),
      method: view.getUint16(at + 10, true),
      compressed: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + name + extra + comment;
  }
  return entries;
}

function contentOf(bytes: Uint8Array, { name, method, compressed, offset }: Entry, path: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const where = `${path}: array '${name}'`;
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== signatures.local) {
    throw damaged(where, 'an entry where the directory says', 'other bytes');
  }
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const content = bytes.subarray(start, start + compressed);
  if (content.length < compressed) throw damaged(where, `${compressed} bytes`, `${content.length}`);
  if (method === 0) return content;
  try {
    if (method === 8) return inflateRawSync(content);
  } catch (error) {
    throw damaged(where, 'a deflated array', messageOf(error));
  }
  throw damaged(where, 'an array stored as it is or deflated', `compression method ${method}`);
}

function damaged(where: string, expected: string, got: string): FormatError {
  return new FormatError({ where, expected, got, remedy: 'Write the file again with numpy.savez' });
}
