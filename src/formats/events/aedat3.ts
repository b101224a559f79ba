import { damagedAt, defineEventFormat, headerLines, pieceOf, textOf } from './event-format.ts';
import { EventWriter } from './events.ts';

const headLength = 28;
const polarityPackets = 1;
const recordLength = 8;

/**
 * AEDAT 3.1, as DVS128 Gesture (Amir et al., CVPR 2017) is recorded: lines up to #!END-HEADER, then packets with a head of 28 bytes, little-endian. Packets
 * of polarity events are read, others passed over.
 */
export const aedat3 = defineEventFormat({
  name: 'aedat3',
  summary: '.aedat 3.1 (DVS128 Gesture)',
  extensions: ['aedat'],
  matches: (head) => /^#!AER-DAT3\./.test(textOf(head.subarray(0, 16))),
  open(source, notes) {
    const { lines, end } = headerLines(source, '#', /^#!END-HEADER/);
    const isDvs128 = lines.some((line) => /DVS128/.test(line));
    return {
      size: isDvs128 ? { width: 128, height: 128 } : undefined,
      *chunks() {
        const length = source.length ?? 0;
        let at = end;
        while (at < length) {
          const { view: head } = pieceOf(source, at, headLength, 'the head of a packet');
          const [type, size] = [head.getInt16(0, true), head.getUint32(4, true)];
          const [overflow, capacity] = [head.getUint32(12, true), head.getUint32(16, true)];
          const count = head.getUint32(20, true);
          if (count > capacity)
            throw damagedAt(source, at + 20, `at most ${capacity} events in a packet`, `${count}`);
          if (type === polarityPackets) {
            if (size !== recordLength)
              throw damagedAt(source, at + 4, 'polarity events of 8 bytes', `of ${size}`);
            const { view } = pieceOf(source, at + headLength, count * recordLength, 'events');
            const writer = new EventWriter(count);
            for (let i = 0; i < view.byteLength; i += recordLength) {
              const word = view.getUint32(i, true);
              const time = view.getUint32(i + 4, true) + overflow * 2 ** 31;
              if (word & 1) writer.push(time, word >>> 17, (word >>> 2) & 0x7fff, (word >>> 1) & 1);
              else notes.add('invalid', () => `(${word >>> 17}, ${(word >>> 2) & 0x7fff}) at ${time} µs`);
            }
            yield writer.take();
          }
          const next = at + headLength + capacity * size;
          if (next > length) {
            throw damagedAt(
              source,
              at + headLength,
              `${capacity * size} bytes of a packet`,
              `the end after ${length - at - headLength}`,
            );
          }
          at = next;
        }
      },
    };
  },
});
