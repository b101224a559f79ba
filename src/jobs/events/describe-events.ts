import type { EventFile } from '../../files/events/open-events.ts';

/** What a file of events holds. */
export interface EventDescription {
  readonly path: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  /** What says the size of the sensor: `given`, `file`, or `events` for the largest address. */
  readonly sizeFrom: EventFile['sizeFrom'];
  readonly events: number;
  readonly on: number;
  readonly off: number;
  /** Microseconds of the first and the last event; absent where there is none. */
  readonly first?: number;
  readonly last?: number;
  /** Seconds from the first to the last event. */
  readonly duration: number;
  /** Events a second. */
  readonly rate: number;
  /** Pixels that sent any event. */
  readonly activePixels: number;
  /** Most events of one pixel, and where: a hot pixel, perhaps. */
  readonly busiest?: { readonly x: number; readonly y: number; readonly events: number };
  /** What was odd, and what was done. */
  readonly notes: readonly string[];
}

/** Counts the events of a file, piece by piece. */
export async function describeEvents(file: EventFile): Promise<EventDescription> {
  const { path, format, width, height, sizeFrom } = file;
  const counts = new Float64Array(width * height);
  let [events, on] = [0, 0];
  let [first, last]: (number | undefined)[] = [];
  for await (const { t, x, y, p } of file.chunks()) {
    for (let i = 0; i < t.length; i++) {
      counts[y[i]! * width + x[i]!]! += 1;
      on += p[i]!;
    }
    events += t.length;
    first ??= t[0];
    last = t.at(-1) ?? last;
  }
  const duration = ((last ?? 0) - (first ?? 0)) / 1e6;
  const busiest = counts.reduce((best, count, i) => (count > counts[best]! ? i : best), 0);
  return {
    path,
    format,
    width,
    height,
    sizeFrom,
    events,
    on,
    off: events - on,
    ...(first !== undefined && last !== undefined && { first, last }),
    duration,
    rate: duration > 0 ? events / duration : 0,
    activePixels: counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
    ...(events > 0 && {
      busiest: { x: busiest % width, y: Math.floor(busiest / width), events: counts[busiest] ?? 0 },
    }),
    notes: [...(events === 0 ? ['no events'] : []), ...file.notes().map(({ text }) => text)],
  };
}
