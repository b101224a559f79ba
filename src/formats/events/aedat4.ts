import { messageOf } from '../../errors.ts';
import type { ByteSource } from '../../graph/byte-source.ts';
import { damagedAt, defineEventFormat, pieceOf, textOf } from './event-format.ts';
import { type Events, EventWriter, type SensorSize } from './events.ts';
import { FlatTable } from './flat-table.ts';
import { decodeLz4Frame, Lz4Error } from './lz4-frame.ts';

const begin = '#!AER-DAT4.0\r\n';
/** How packets are compressed, by number. */
const compressions = ['none', 'LZ4', 'LZ4 high', 'Zstandard', 'Zstandard high'];
const eventLength = 16;
/** Identifier of packets of events. */
const eventPackets = 'EVTS';

/**
 * AEDAT 4.0 of iniVation: a FlatBuffer that says what the streams are, then packets of one stream each, compressed or as they are. The first stream of
 * polarity events is read.
 */
export const aedat4 = defineEventFormat({
  name: 'aedat4',
  summary: '.aedat4 of iniVation, packets as they are or in LZ4',
  extensions: ['aedat4'],
  matches: (head) => textOf(head.subarray(0, begin.length)) === begin,
  open(source) {
    const { compression, end, size, packetsEnd } = readHeader(source);
    return {
      size,
      *chunks() {
        let at = end;
        let stream: number | undefined;
        while (at < packetsEnd) {
          const { view } = pieceOf(source, at, 8, 'the head of a packet');
          const [id, length] = [view.getInt32(0, true), view.getInt32(4, true)];
          const { bytes } = pieceOf(source, at + 8, length, 'a packet');
          const content = unpack(source, at + 8, bytes, compression);
          if (textOf(content.subarray(8, 12)) === eventPackets && id === (stream ?? id)) {
            stream = id;
            yield eventsIn(source, at + 8, content);
          }
          at += 8 + length;
        }
      },
    };
  },
});

interface Header {
  readonly compression: number;
  /** Where packets begin and end. */
  readonly end: number;
  readonly packetsEnd: number;
  readonly size: SensorSize | undefined;
}

function readHeader(source: ByteSource): Header {
  const start = begin.length;
  const { view } = pieceOf(source, start, 4, 'the length of the header');
  const length = view.getUint32(0, true);
  const { bytes } = pieceOf(source, start, 4 + length, 'the header');
  return within(source, start, () => {
    const table = FlatTable.root(bytes);
    const compression = table.int32(0, 0);
    if (compression > 2 || compression < 0) {
      throw damagedAt(
        source,
        start,
        'packets as they are or in LZ4',
        compressions[compression] ?? `${compression}`,
      );
    }
    const tablePlace = table.int64(1, -1);
    const packetsEnd = tablePlace > 0 ? tablePlace : (source.length ?? 0);
    return { compression, end: start + 4 + length, packetsEnd, size: sizeIn(table.text(2)) };
  });
}

/** The size of the sensor of the first stream of events. */
function sizeIn(info: string): SensorSize | undefined {
  const behind = info.slice(Math.max(info.indexOf(`>${eventPackets}<`), 0));
  const attribute = (name: string) => Number(new RegExp(`key="${name}"[^>]*>(\\d+)<`).exec(behind)?.[1]);
  const [width, height] = [attribute('sizeX'), attribute('sizeY')];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function unpack(source: ByteSource, offset: number, bytes: Uint8Array, compression: number): Uint8Array {
  if (compression === 0) return bytes;
  try {
    return decodeLz4Frame(bytes);
  } catch (error) {
    if (!(error instanceof Lz4Error)) throw error;
    const [expected = '', got = ''] = error.message.split(', got ');
    throw damagedAt(source, offset + error.offset, expected, got);
  }
}

function eventsIn(source: ByteSource, offset: number, content: Uint8Array): Events {
  return within(source, offset, () => {
    const view = FlatTable.root(content).vector(0, eventLength);
    const writer = new EventWriter(view ? view.byteLength / eventLength : 0);
    if (!view) return writer.take();
    for (let at = 0; at < view.byteLength; at += eventLength) {
      const time = view.getUint32(at, true) + view.getInt32(at + 4, true) * 2 ** 32;
      writer.push(time, view.getInt16(at + 8, true), view.getInt16(at + 10, true), view.getUint8(at + 12));
    }
    return writer.take();
  });
}

/** Places in a damaged FlatBuffer may lie outside of it. */
function within<R>(source: ByteSource, offset: number, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw damagedAt(source, offset, 'a FlatBuffer whose places lie within it', messageOf(error));
  }
}
