import { DataError } from '../errors.ts';
import { readWholeFile } from '../files/read-npy.ts';
import { fieldReader, parseRecordHeader } from '../formats/npy-records.ts';

/** A box that someone drew around an object. */
export interface EventBox {
  /** Microseconds. */
  readonly t: number;
  /** Left and top, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Number of its class. */
  readonly label: number;
}

/** Names of fields, the first of them that is there; GEN1 calls the time ts, later sets t. */
const fields = {
  t: ['ts', 't'],
  x: ['x'],
  y: ['y'],
  width: ['w'],
  height: ['h'],
  label: ['class_id'],
} as const;

/** Reads the boxes of a recording of Prophesee's GEN1 or 1 Mpx. @throws DataError if fields are missing; FormatError if it is no such file */
export async function readEventBoxes(path: string): Promise<EventBox[]> {
  const bytes = await readWholeFile(path);
  const header = parseRecordHeader(bytes, path);
  const known = header?.fields ?? [];
  const entries = Object.entries(fields).map(([key, names]) => {
    const field = known.find(({ name }) => (names as readonly string[]).includes(name));
    return [key, field && fieldReader(field)] as const;
  });
  const missing = entries.filter(([, reader]) => !reader).map(([key]) => key);
  if (!header || missing.length > 0) {
    throw new DataError({
      where: path,
      expected: 'records of boxes with fields ts (or t), x, y, w, h and class_id',
      got: known.map(({ name }) => name).join(', ') || 'plain numbers',
      remedy: 'Give the boxes as they come with the recordings',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < header.dataOffset + header.count * header.length) {
    throw new DataError({
      where: `${path}: byte ${header.dataOffset}`,
      expected: `${header.count} boxes of ${header.length} bytes`,
      got: `${bytes.length - header.dataOffset} bytes`,
      remedy: 'The file was cut off; copy it again',
    });
  }
  return Array.from({ length: header.count }, (_, i) => {
    const at = header.dataOffset + i * header.length;
    return Object.fromEntries(
      entries.map(([key, reader]) => [key, reader?.(view, at) ?? 0]),
    ) as unknown as EventBox;
  });
}
