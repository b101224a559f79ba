import { FormatError } from '../../errors.ts';
import type { ByteSource } from '../../graph/byte-source.ts';
import type { EventNotes } from './event-notes.ts';
import type { EventChunks, Events, SensorSize } from './events.ts';

/** A file of events that has been opened. */
export interface OpenedEvents {
  /** Size of the sensor, where the file says it or the format has only one. */
  readonly size?: SensorSize | undefined;
  /**
   * Its events, as they stand in the file.
   *
   * @param from microseconds before which events may be left out, where the format can find the place
   * @throws FormatError with the byte where the file is damaged
   */
  chunks(from?: number): EventChunks;
}

/** Writes events in one format, piece by piece. */
export interface EventEncoder {
  /** What stands before the events. */
  begin(): Uint8Array;
  /** Bytes of the next events. */
  encode(events: Events): Uint8Array;
}

/** One kind of file of events, made of bytes one after the other. */
export interface EventFormat {
  /** Name in kebab case. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** Usual endings of file names, without the dot. */
  readonly extensions: readonly string[];
  /** Whether a file that begins with these bytes and ends with this extension is one. */
  matches(head: Uint8Array, extension: string): boolean;
  /** Reads what stands before the events. @throws FormatError with the byte where the file is damaged */
  open(source: ByteSource, notes: EventNotes): OpenedEvents;
  /** Largest sensor that can be written. Absent where the format is only read. */
  readonly largest?: SensorSize;
  /** Starts to write; times are rounded to microseconds. */
  encoder?(size: SensorSize): EventEncoder;
}

/** Declares a format. */
export function defineEventFormat(format: EventFormat): EventFormat {
  return format;
}

/** A file that is damaged, or no such file, and the byte where that shows. */
export function damagedAt(source: ByteSource, offset: number, expected: string, got: string): FormatError {
  return new FormatError({
    where: `${source.location}: byte ${offset}`,
    expected,
    got,
    remedy: 'The file is damaged or was cut off; copy or record it again',
  });
}

/** First bytes of a file as text, one character a byte. */
export function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Bytes that are read at a time. */
const pieceLength = 2 ** 20;

/** A piece of a file. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Place of its first byte in the file. */
  readonly offset: number;
}

/**
 * The rest of a file of records of one length, in pieces of whole records.
 *
 * @throws FormatError if the last record is not whole
 */
export function* piecesOf(
  source: ByteSource,
  from: number,
  recordLength: number,
  what = 'event',
): Generator<Piece, void> {
  const end = source.length ?? 0;
  const whole = end - ((end - from) % recordLength);
  const step = pieceLength - (pieceLength % recordLength);
  for (let offset = from; offset < whole; offset += step) {
    yield pieceOf(source, offset, Math.min(step, whole - offset));
  }
  if (whole < end) {
    throw damagedAt(source, whole, `${recordLength} bytes of an ${what}`, `the end after ${end - whole}`);
  }
}

/** A stretch of a file. @throws FormatError where it ends before */
export function pieceOf(source: ByteSource, offset: number, length: number, what = 'data'): Piece {
  const end = source.length ?? 0;
  if (length < 0 || offset + length > end) {
    throw damagedAt(
      source,
      offset,
      `${length} bytes of ${what}`,
      `the end after ${Math.max(end - offset, 0)}`,
    );
  }
  const bytes = source.read(offset, length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset };
}

/** Lines at the beginning of a file that all begin alike, and the place behind them. */
export function headerLines(
  source: ByteSource,
  mark: string,
  last: RegExp,
): { readonly lines: readonly string[]; readonly end: number } {
  const lines: string[] = [];
  const text = textOf(source.read(0, Math.min(source.length ?? 0, 2 ** 16)));
  let at = 0;
  while (text.startsWith(mark, at)) {
    const end = text.indexOf('\n', at);
    if (end < 0) throw damagedAt(source, at, 'the end of a line of the header', 'none');
    const line = text.slice(at, end).trimEnd();
    lines.push(line);
    at = end + 1;
    if (last.test(line)) break;
  }
  return { lines, end: at };
}
