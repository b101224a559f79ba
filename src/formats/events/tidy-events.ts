import type { EventNotes } from './event-notes.ts';
import { type EventChunks, type Events, EventWriter, type SensorSize } from './events.ts';

/** Events within the sensor and in the order of time, of a stream that may have others; what is done is noted. */
export async function* tidyEvents(
  chunks: EventChunks,
  { width, height }: SensorSize,
  notes: EventNotes,
): AsyncGenerator<Events, void> {
  let last = Number.NEGATIVE_INFINITY;
  for await (const events of chunks) {
    const { t, x, y, p } = events;
    const before = last;
    const isTidy = t.every((time, i) => {
      if (time < last || x[i]! >= width || y[i]! >= height) return false;
      last = time;
      return true;
    });
    if (isTidy) {
      if (t.length > 0) yield events;
      continue;
    }
    const writer = new EventWriter(t.length);
    let latest = before;
    for (let i = 0; i < t.length; i++) {
      const [time, column, row] = [t[i]!, x[i]!, y[i]!];
      if (column >= width || row >= height) {
        notes.add('outside', () => `(${column}, ${row}) at ${time} µs`);
        continue;
      }
      if (time < latest) notes.add('late', () => `${time} µs behind ${latest} µs`);
      latest = Math.max(latest, time);
      writer.push(latest, column, row, p[i]!);
    }
    last = latest;
    yield writer.take();
  }
}
