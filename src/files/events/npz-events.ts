import { FormatError } from '../../errors.ts';
import { encodeNpz } from '../../formats/encode-npz.ts';
import {
  areSeconds,
  type ColumnName,
  columnAmong,
  columnNames,
  eventsFrom,
  type NumberColumn,
} from '../../formats/events/event-columns.ts';
import type { OpenedEvents } from '../../formats/events/event-format.ts';
import { collectEvents, type EventChunks, type SensorSize } from '../../formats/events/events.ts';
import type { NpyArray } from '../../formats/npy.ts';
import { readNpz } from '../read-npz.ts';

/** Name of the array with width and height of the sensor. */
const sizeArray = 'sensor';

/** Whether a file begins as a ZIP archive does. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b;
}

/**
 * Events in arrays x, y, t and p of an `.npz` file, which is read as a whole. Whole times are microseconds, others seconds; an array `sensor` of
 * width and height says its size.
 *
 * @throws FormatError if it is no such file
 */
export async function openNpzEvents(path: string): Promise<OpenedEvents> {
  const arrays = await readNpz(path);
  const found = [...arrays.keys()];
  const entries = columnNames.map(
    (column) => [column, arrays.get(columnAmong(column, found) ?? '')] as const,
  );
  const lengths = entries.map(([, array]) => array?.data.length);
  if (lengths.some((length) => length === undefined || length !== lengths[0])) {
    throw new FormatError({
      where: path,
      expected: 'arrays x, y, t and p of one length',
      got: [...arrays].map(([name, { shape }]) => `${name}[${shape.join(', ')}]`).join(', ') || 'none',
      remedy: 'Save them so',
    });
  }
  const numbers = (column: ColumnName): NumberColumn =>
    entries.find(([name]) => name === column)?.[1]?.data ?? [];
  const columns = { t: numbers('t'), x: numbers('x'), y: numbers('y'), p: numbers('p') };
  const events = eventsFrom(columns, areSeconds(columns.t));
  const [width, height] = Array.from(arrays.get(sizeArray)?.data ?? [], Number);
  return { size: width && height ? { width, height } : undefined, chunks: () => [events] };
}

/** The bytes of an `.npz` file of events, which are put together in memory. */
export async function encodeNpzEvents(
  { width, height }: SensorSize,
  chunks: EventChunks,
): Promise<Uint8Array[]> {
  const { t, x, y, p } = await collectEvents(chunks);
  const times = BigInt64Array.from(t, (time) => BigInt(Math.round(time)));
  const shape = [t.length];
  return encodeNpz(
    new Map<string, NpyArray>([
      ['x', { shape, dataType: 'uint16', data: x }],
      ['y', { shape, dataType: 'uint16', data: y }],
      ['t', { shape, dataType: 'int64', data: times }],
      ['p', { shape, dataType: 'uint8', data: p }],
      [sizeArray, { shape: [2], dataType: 'int32', data: Int32Array.of(width, height) }],
    ]),
  );
}
