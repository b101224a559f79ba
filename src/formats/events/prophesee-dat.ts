import type { ByteSource } from '../../graph/byte-source.ts';
import { damagedAt, defineEventFormat, headerLines, pieceOf, piecesOf, textOf } from './event-format.ts';
import { EventWriter, type SensorSize } from './events.ts';
import { numberIn } from './header-numbers.ts';
import { WrappingClock } from './wrapping-clock.ts';

const recordLength = 8;
const period = 2 ** 32;
/** Types of records with x, y and polarity. */
const knownTypes = [0, 12];

/**
 * Files of N-CARS and GEN1 (Sironi et al., CVPR 2018; de Tournemire et al., arXiv 2001.08499): lines of text, a byte for the type and one for the length, then 8 bytes an event,
 * little-endian: 32 bits of microseconds; x 14 bits, y 14 bits, polarity.
 */
export const propheseeDat = defineEventFormat({
  name: 'dat',
  summary: '.dat of Prophesee: 8 bytes an event, little-endian',
  extensions: ['dat'],
  matches: (head, extension) =>
    extension === 'dat' && (head[0] !== 0x25 || !/evt|format/i.test(textOf(head.subarray(0, 64)))),
  open(source, notes) {
    const { lines, end } = headerLines(source, '% ', /^% end/);
    const isOld = lines.some((line) => /^% Version [01]\b/.test(line));
    let begin = end;
    if (lines.length > 0) {
      const { bytes } = pieceOf(source, end, 2, 'the type and the length of events');
      const [type = 0, length = 0] = bytes;
      if (!knownTypes.includes(type) || length !== recordLength) {
        throw damagedAt(
          source,
          end,
          'events of type 0 or 12 and 8 bytes',
          `events of type ${type} and ${length} bytes`,
        );
      }
      begin += 2;
    }
    return {
      size: sizeIn(lines),
      *chunks(from) {
        const clock = new WrappingClock(period, notes);
        for (const { view } of piecesOf(source, placeOf(source, begin, from), recordLength)) {
          const writer = new EventWriter(view.byteLength / recordLength);
          for (let at = 0; at < view.byteLength; at += recordLength) {
            const time = clock.time(view.getUint32(at, true));
            const word = view.getUint32(at + 4, true);
            if (isOld) writer.push(time, word & 0x1ff, (word >> 9) & 0xff, (word >> 17) & 1);
            else writer.push(time, word & 0x3fff, (word >> 14) & 0x3fff, (word >> 28) & 1);
          }
          yield writer.take();
        }
      },
    };
  },
  largest: { width: 2 ** 14, height: 2 ** 14 },
  encoder: ({ width, height }) => ({
    begin: () => {
      const header = `% Data file containing CD events.\n% Version 2\n% Height ${height}\n% Width ${width}\n`;
      return Uint8Array.of(...new TextEncoder().encode(header), 12, recordLength);
    },
    encode: ({ t, x, y, p }) => {
      const bytes = new Uint8Array(recordLength * t.length);
      const view = new DataView(bytes.buffer);
      for (let i = 0, at = 0; i < t.length; i++, at += recordLength) {
        view.setUint32(at, Math.round(t[i]!) % period, true);
        view.setUint32(at + 4, x[i]! | (y[i]! << 14) | (p[i]! << 28), true);
      }
      return bytes;
    },
  }),
});

/** Place of the first event from a time on; the first of all where the clock started again in between. */
function placeOf(source: ByteSource, begin: number, from: number | undefined): number {
  const count = Math.floor(((source.length ?? 0) - begin) / recordLength);
  if (from === undefined || count === 0) return begin;
  const timeAt = (event: number) =>
    pieceOf(source, begin + event * recordLength, 4, 'a time').view.getUint32(0, true);
  if (timeAt(count - 1) < timeAt(0)) return begin;
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeAt(middle) < from) low = middle + 1;
    else high = middle;
  }
  return begin + low * recordLength;
}

function sizeIn(lines: readonly string[]): SensorSize | undefined {
  const [width, height] = [numberIn(lines, /^% width (\d+)/i), numberIn(lines, /^% height (\d+)/i)];
  return width && height ? { width, height } : undefined;
}
