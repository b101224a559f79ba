import { UsageError } from '../../errors.ts';
import { defineEventFormat, piecesOf } from './event-format.ts';
import { EventWriter } from './events.ts';
import { WrappingClock } from './wrapping-clock.ts';

const recordLength = 5;
const period = 2 ** 23;
/** A row that stands for a step of the clock instead of a pixel. */
const clockRow = 240;
const clockStep = 2 ** 13;

/**
 * Files of N-MNIST and N-Caltech101 (Orchard, Jayawant, Cohen, Thakor, Frontiers in Neuroscience 2015): 40 bits an event, big-endian: x, y, polarity and 23 bits
 * of microseconds. Row 240 says that all that follows is 2^13 µs later.
 */
export const nMnist = defineEventFormat({
  name: 'n-mnist',
  summary: '.bin of N-MNIST: 40 bits an event, big-endian',
  extensions: ['bin'],
  matches: (_, extension) => extension === 'bin',
  open: (source, notes) => ({
    *chunks() {
      const clock = new WrappingClock(period, notes);
      for (const { bytes } of piecesOf(source, 0, recordLength)) {
        const writer = new EventWriter(bytes.length / recordLength);
        for (let at = 0; at < bytes.length; at += recordLength) {
          const third = bytes[at + 2]!;
          if (bytes[at + 1] === clockRow) clock.skip(clockStep);
          const time = clock.time(((third & 127) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!);
          if (bytes[at + 1] !== clockRow) writer.push(time, bytes[at]!, bytes[at + 1]!, third >> 7);
        }
        yield writer.take();
      }
    },
  }),
  largest: { width: 256, height: clockRow },
  encoder: () => {
    let last = 0;
    return {
      begin: () => new Uint8Array(0),
      encode: ({ t, x, y, p }) => {
        const bytes = new Uint8Array(recordLength * t.length);
        for (let i = 0, at = 0; i < t.length; i++, at += recordLength) {
          const time = Math.round(t[i]!);
          if (time - last >= period / 2) throw silentFor(time - last);
          last = time;
          const reading = time % period;
          bytes[at] = x[i]!;
          bytes[at + 1] = y[i]!;
          bytes[at + 2] = (p[i]! << 7) | (reading >> 16);
          bytes[at + 3] = (reading >> 8) & 255;
          bytes[at + 4] = reading & 255;
        }
        return bytes;
      },
    };
  },
});

function silentFor(microseconds: number): UsageError {
  return new UsageError({
    where: 'events as n-mnist',
    expected: `at most ${period / 2} µs between two events, since the clock has 23 bits`,
    got: `${microseconds}`,
    remedy: 'Write them in another format, or let them begin at 0',
  });
}
