import { FormatError } from '../../errors.ts';
import type { ByteSource } from '../../graph/byte-source.ts';
import { typedViews } from '../../graph/typed-view.ts';
import { parseNpyHeader } from '../npy-header.ts';
import { fieldReader, parseRecordHeader, type RecordHeader } from '../npy-records.ts';
import { areSeconds, type ColumnName, columnAmong, columnNames, eventsFrom } from './event-columns.ts';
import { damagedAt, defineEventFormat, piecesOf, textOf } from './event-format.ts';
import type { Events } from './events.ts';

const longestHeader = 2 ** 16;

/** `.npy` files of events: records with fields x, y, t and p, or rows [N, 4] of x, y, t, p. Whole times are microseconds, others seconds. */
export const npyEvents = defineEventFormat({
  name: 'npy',
  summary: '.npy of records with x, y, t, p, or of rows x, y, t, p',
  extensions: ['npy'],
  matches: (head) => textOf(head.subarray(1, 6)) === 'NUMPY',
  open(source) {
    const head = source.read(0, Math.min(source.length ?? 0, longestHeader));
    const records = parseRecordHeader(head, source.location);
    return { chunks: () => (records ? eventRecords(source, records) : eventRows(source, head)) };
  },
});

function* eventRecords(source: ByteSource, header: RecordHeader): Generator<Events, void> {
  const readers = Object.fromEntries(
    columnNames.map((column) => [column, fieldReader(fieldOf(header, column, source.location))]),
  ) as Record<ColumnName, ReturnType<typeof fieldReader>>;
  requireWhole(source, header.dataOffset, header.length * header.count);
  let inSeconds: boolean | undefined;
  for (const { view } of piecesOf(source, header.dataOffset, header.length)) {
    const count = view.byteLength / header.length;
    const column = (name: ColumnName) =>
      Float64Array.from({ length: count }, (_, i) => readers[name](view, i * header.length));
    const columns = { t: column('t'), x: column('x'), y: column('y'), p: column('p') };
    inSeconds ??= areSeconds(columns.t);
    yield eventsFrom(columns, inSeconds);
  }
}

function fieldOf({ fields }: RecordHeader, column: ColumnName, where: string) {
  const names = fields.map(({ name }) => name);
  const found = fields.find(({ name }) => name === columnAmong(column, names));
  if (found) return found;
  throw new FormatError({
    where,
    expected: 'records of events with fields x, y, t and p',
    got: names.join(', '),
    remedy: 'Name the fields so',
  });
}

function* eventRows(source: ByteSource, head: Uint8Array): Generator<Events, void> {
  const header = parseNpyHeader(head, source.location);
  const { shape, dataType, bytesPerElement, fortranOrder, dataOffset } = header;
  if (shape.length !== 2 || shape[1] !== 4 || fortranOrder || !(dataType in typedViews)) {
    throw new FormatError({
      where: source.location,
      expected: 'events as rows [N, 4] of x, y, t, p in C order, or as records',
      got: `${dataType}[${shape.join(', ')}]${fortranOrder ? ' in Fortran order' : ''}`,
      remedy: 'Save them so',
    });
  }
  const view = typedViews[dataType as keyof typeof typedViews];
  const length = 4 * bytesPerElement;
  requireWhole(source, dataOffset, length * (shape[0] ?? 0));
  let inSeconds: boolean | undefined;
  for (const { bytes } of piecesOf(source, dataOffset, length)) {
    const numbers = view(bytes.slice().buffer, 0, bytes.length / bytesPerElement);
    const column = (place: number) =>
      Float64Array.from({ length: numbers.length / 4 }, (_, i) => Number(numbers[4 * i + place]));
    const columns = { x: column(0), y: column(1), t: column(2), p: column(3) };
    inSeconds ??= areSeconds(columns.t);
    yield eventsFrom(columns, inSeconds);
  }
}

function requireWhole(source: ByteSource, from: number, length: number): void {
  const got = (source.length ?? 0) - from;
  if (got !== length) throw damagedAt(source, from, `${length} bytes of data`, `${got}`);
}
