import type { Dataset, Group } from 'h5wasm/node';
import { FormatError, messageOf } from '../../errors.ts';
import {
  areSeconds,
  type ColumnName,
  columnAmong,
  columnNames,
  eventsFrom,
  type NumberColumn,
} from '../../formats/events/event-columns.ts';
import type { OpenedEvents } from '../../formats/events/event-format.ts';
import type { EventChunks, Events, SensorSize } from '../../formats/events/events.ts';

/** Events that are read at a time. */
const pieceLength = 2 ** 17;
/** Where the columns may stand. */
const groups = ['events', 'CD', '/'];
const signature = [0x89, 0x48, 0x44, 0x46];

/** Whether a file begins as HDF5 does. */
export function isHdf5(head: Uint8Array): boolean {
  return signature.every((byte, i) => head[i] === byte);
}

/** The library is loaded where such a file is named. */
async function loadHdf5() {
  const { default: hdf5 } = await import('h5wasm/node');
  const module = await hdf5.ready;
  // Otherwise it prints what is wrong, and goes on.
  module.activate_throwing_error_handler();
  return hdf5;
}

/**
 * Events in columns of an HDF5 file, `events/x`, `events/y`, `events/t` and `events/p` or the same at its root. Whole times are microseconds, others seconds; attributes
 * `width` and `height` of the group say the size of the sensor.
 *
 * @throws FormatError if it is no such file
 */
export async function openHdf5Events(path: string): Promise<OpenedEvents> {
  const hdf5 = await loadHdf5();
  const open = () => attempt(path, () => new hdf5.File(path, 'r'));
  const file = open();
  try {
    const { group } = columnsIn(file, path);
    return { size: sizeOf(group), chunks: () => readColumns(open, path) };
  } finally {
    file.close();
  }
}

async function* readColumns(
  open: () => Group & { close(): unknown },
  path: string,
): AsyncGenerator<Events, void> {
  const file = open();
  try {
    const { columns } = columnsIn(file, path);
    const count = columns.t.shape?.[0] ?? 0;
    let inSeconds: boolean | undefined;
    for (let from = 0; from < count; from += pieceLength) {
      const range: [number, number][] = [[from, Math.min(from + pieceLength, count)]];
      const numbers = (column: ColumnName) =>
        attempt(path, () => columns[column].slice(range) as NumberColumn, ` ${column}`);
      const piece = { t: numbers('t'), x: numbers('x'), y: numbers('y'), p: numbers('p') };
      inSeconds ??= areSeconds(piece.t);
      yield eventsFrom(piece, inSeconds);
    }
  } finally {
    file.close();
  }
}

function columnsIn(file: Group, path: string): { group: Group; columns: Record<ColumnName, Dataset> } {
  for (const name of groups) {
    const group = name === '/' || file.keys().includes(name) ? (file.get(name) as Group | null) : null;
    const found = group && 'keys' in group ? group.keys() : [];
    const known = columnNames.map((column) => [column, columnAmong(column, found)] as const);
    if (!group || known.some(([, key]) => key === undefined)) continue;
    const columns = Object.fromEntries(known.map(([column, key = '']) => [column, group.get(key)]));
    return { group, columns: columns as Record<ColumnName, Dataset> };
  }
  throw new FormatError({
    where: path,
    expected: 'columns events/x, events/y, events/t and events/p, or the same at the root',
    got: file.keys().join(', ') || 'nothing',
    remedy: 'Name them so',
  });
}

function sizeOf({ attrs }: Group): SensorSize | undefined {
  const [width, height] = [Number(attrs.width?.value), Number(attrs.height?.value)];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** Writes events as columns of an HDF5 file, chunk by chunk. */
export async function writeHdf5Events(path: string, size: SensorSize, chunks: EventChunks): Promise<void> {
  const hdf5 = await loadHdf5();
  const file = attempt(path, () => new hdf5.File(path, 'w'));
  try {
    const group = file.create_group('events');
    for (const [name, value] of Object.entries(size)) group.create_attribute(name, value, [], '<i');
    const create = (name: ColumnName, dtype: string, data: BigInt64Array | Uint16Array | Uint8Array) =>
      group.create_dataset({ name, data, shape: [0], dtype, maxshape: [null], chunks: [pieceLength] });
    const columns = {
      t: create('t', '<q', new BigInt64Array(0)),
      x: create('x', '<H', new Uint16Array(0)),
      y: create('y', '<H', new Uint16Array(0)),
      p: create('p', '<B', new Uint8Array(0)),
    };
    let count = 0;
    for await (const { t, x, y, p } of chunks) {
      const range: [number, number][] = [[count, count + t.length]];
      const times = BigInt64Array.from(t, (time) => BigInt(Math.round(time)));
      for (const [name, numbers] of Object.entries({ t: times, x, y, p })) {
        const column = columns[name as ColumnName];
        column.resize([count + t.length]);
        if (t.length > 0) column.write_slice(range, numbers);
      }
      count += t.length;
    }
  } finally {
    file.close();
  }
}

function attempt<R>(path: string, act: () => R, part = ''): R {
  try {
    return act();
  } catch (error) {
    throw new FormatError(
      {
        where: `${path}${part}`,
        expected: 'an HDF5 file that is whole',
        got: reasonIn(messageOf(error)),
        remedy: 'The file is damaged or was cut off; copy or write it again',
      },
      { cause: error },
    );
  }
}

/** The library tells where it was, outermost first, before what is wrong. */
function reasonIn(message: string): string {
  const reasons = [...message.matchAll(/#\d+: .*?\(\): (.*)/g)].map(([, reason = '']) => reason);
  return reasons.at(-1) ?? message.split('\n')[0] ?? '';
}
