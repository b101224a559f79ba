import { damagedAt, defineEventFormat, piecesOf } from './event-format.ts';
import { EventWriter } from './events.ts';
import { isRaw, rawBegin, rawHeader } from './prophesee-raw.ts';
import { WrappingClock } from './wrapping-clock.ts';

/** Kinds of words, their four highest bits. */
const kinds = {
  row: 0x0,
  column: 0x2,
  vectorBase: 0x3,
  vector12: 0x4,
  vector8: 0x5,
  timeLow: 0x6,
  timeHigh: 0x8,
} as const;
/** Triggers, vendors' words and their continuations. */
const others = [0x7, 0xa, 0xe, 0xf];
const period = 2 ** 24;

/**
 * EVT 3.0 of Prophesee: words of 16 bits, little-endian. Row, column and both halves of a 24-bit time come in words of their own; vectors are bits of 12 or 8
 * neighbours.
 */
export const evt3 = defineEventFormat({
  name: 'evt3',
  summary: '.raw of Prophesee, EVT 3.0: words of 16 bits',
  extensions: ['raw'],
  matches: (head) => isRaw(head, 3),
  open(source, notes) {
    const { size, end } = rawHeader(source);
    return {
      size,
      *chunks() {
        // The clock starts again every 17 seconds: nothing is odd about that.
        const clock = new WrappingClock(period);
        let [high, low, row, base, polarity] = [-1, 0, 0, 0, 0];
        for (const { view, offset } of piecesOf(source, end, 2, 'EVT 3 word')) {
          const writer = new EventWriter(view.byteLength / 2);
          const push = (column: number, p: number, at: number) => {
            if (high < 0) notes.add('timeless', () => `byte ${offset + at}`);
            else writer.push(high + low, column, row, p);
          };
          const pushVector = (mask: number, length: number, at: number) => {
            for (let bit = 0; bit < length; bit++) if (mask & (1 << bit)) push(base + bit, polarity, at);
            base += length;
          };
          for (let at = 0; at < view.byteLength; at += 2) {
            const word = view.getUint16(at, true);
            const kind = word >>> 12;
            if (kind === kinds.row) row = word & 0x7ff;
            else if (kind === kinds.column) push(word & 0x7ff, (word >>> 11) & 1, at);
            else if (kind === kinds.vectorBase) [base, polarity] = [word & 0x7ff, (word >>> 11) & 1];
            else if (kind === kinds.vector12) pushVector(word & 0xfff, 12, at);
            else if (kind === kinds.vector8) pushVector(word & 0xff, 8, at);
            else if (kind === kinds.timeLow) low = word & 0xfff;
            else if (kind === kinds.timeHigh) {
              const next = clock.time((word & 0xfff) * 4096);
              if (next !== high) low = 0;
              high = next;
            } else if (others.includes(kind)) notes.add('triggers', () => `byte ${offset + at}`);
            else throw damagedAt(source, offset + at, 'a word of EVT 3', `one of kind ${kind}`);
          }
          yield writer.take();
        }
      },
    };
  },
  largest: { width: 2 ** 11, height: 2 ** 11 },
  encoder: (size) => {
    let [high, low, row] = [-1, -1, -1];
    return {
      begin: () => rawBegin(3, size),
      encode: ({ t, x, y, p }) => {
        const words = new Uint16Array(4 * t.length);
        let count = 0;
        const put = (kind: number, value: number) => {
          words[count++] = (kind << 12) | value;
        };
        for (let i = 0; i < t.length; i++) {
          const time = Math.round(t[i]!) % period;
          const [nextHigh, nextLow] = [Math.floor(time / 4096), time % 4096];
          if (nextHigh !== high) put(kinds.timeHigh, nextHigh);
          if (nextHigh !== high || nextLow !== low) put(kinds.timeLow, nextLow);
          if (y[i] !== row) put(kinds.row, y[i]!);
          put(kinds.column, (p[i]! << 11) | x[i]!);
          [high, low, row] = [nextHigh, nextLow, y[i]!];
        }
        return new Uint8Array(words.buffer, 0, 2 * count);
      },
    };
  },
});
