import { damagedAt, defineEventFormat, piecesOf } from './event-format.ts';
import { EventWriter } from './events.ts';
import { isRaw, rawBegin, rawHeader } from './prophesee-raw.ts';
import { WrappingClock } from './wrapping-clock.ts';

/** Kinds of words, their four highest bits. */
const off = 0;
const on = 1;
const timeHigh = 8;
/** Triggers, vendors' words and their continuations. */
const others = [0xa, 0xe, 0xf];
const period = 2 ** 34;

/** EVT 2.0 of Prophesee: words of 32 bits, little-endian: an event has 6 bits of time, and 28 bits more come in words of their own. */
export const evt2 = defineEventFormat({
  name: 'evt2',
  summary: '.raw of Prophesee, EVT 2.0: words of 32 bits',
  extensions: ['raw'],
  matches: (head) => isRaw(head, 2),
  open(source, notes) {
    const { size, end } = rawHeader(source);
    return {
      size,
      *chunks() {
        const clock = new WrappingClock(period, notes);
        let high = -1;
        for (const { view, offset } of piecesOf(source, end, 4, 'EVT 2 word')) {
          const writer = new EventWriter(view.byteLength / 4);
          for (let at = 0; at < view.byteLength; at += 4) {
            const word = view.getUint32(at, true);
            const kind = word >>> 28;
            if (kind === timeHigh) high = clock.time((word & 0xfffffff) * 64);
            else if (kind === off || kind === on) {
              if (high < 0) notes.add('timeless', () => `byte ${offset + at}`);
              else writer.push(high + ((word >>> 22) & 63), (word >>> 11) & 0x7ff, word & 0x7ff, kind);
            } else if (others.includes(kind)) notes.add('triggers', () => `byte ${offset + at}`);
            else throw damagedAt(source, offset + at, 'a word of EVT 2', `one of kind ${kind}`);
          }
          yield writer.take();
        }
      },
    };
  },
  largest: { width: 2 ** 11, height: 2 ** 11 },
  encoder: (size) => {
    let told = -1;
    return {
      begin: () => rawBegin(2, size),
      encode: ({ t, x, y, p }) => {
        const words = new Uint32Array(2 * t.length);
        let count = 0;
        for (let i = 0; i < t.length; i++) {
          const time = Math.round(t[i]!) % period;
          const high = Math.floor(time / 64);
          if (high !== told) words[count++] = ((timeHigh << 28) | high) >>> 0;
          told = high;
          words[count++] = ((p[i]! << 28) | ((time % 64) << 22) | (x[i]! << 11) | y[i]!) >>> 0;
        }
        return new Uint8Array(words.buffer, 0, 4 * count);
      },
    };
  },
});
