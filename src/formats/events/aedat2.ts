import { damagedAt, defineEventFormat, headerLines, piecesOf, textOf } from './event-format.ts';
import { EventWriter } from './events.ts';
import { WrappingClock } from './wrapping-clock.ts';

const period = 2 ** 32;
const side = 128;

/**
 * AEDAT 2.0 of a DVS128, as CIFAR10-DVS (Li, Liu, Ji, Li, Shi, Frontiers in Neuroscience 2017) is recorded: lines that begin with #, then address and
 * microseconds of 32 bits each, big-endian.
 */
export const aedat2 = defineEventFormat({
  name: 'aedat2',
  summary: '.aedat 2.0 of a DVS128 (CIFAR10-DVS)',
  extensions: ['aedat'],
  matches: (head, extension) =>
    /^#!AER-DAT[12]\./.test(textOf(head.subarray(0, 16))) || (extension === 'aedat' && head[0] !== 0x23),
  open(source, notes) {
    const { end } = headerLines(source, '#', /^#!END-HEADER/);
    return {
      size: { width: side, height: side },
      *chunks() {
        const clock = new WrappingClock(period, notes);
        for (const { view, offset } of piecesOf(source, end, 8)) {
          const writer = new EventWriter(view.byteLength / 8);
          for (let at = 0; at < view.byteLength; at += 8) {
            const address = view.getUint32(at);
            const time = clock.time(view.getUint32(at + 4));
            if (address > 0xffff) {
              throw damagedAt(source, offset + at, 'the address of a DVS128, of 16 bits', `${address}`);
            }
            if (address & 0x8000) notes.add('triggers', () => `byte ${offset + at}`);
            else {
              const column = side - 1 - ((address >> 8) & 127);
              writer.push(time, column, side - 1 - ((address >> 1) & 127), 1 - (address & 1));
            }
          }
          yield writer.take();
        }
      },
    };
  },
});
