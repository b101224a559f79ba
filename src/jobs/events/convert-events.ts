import type { EventFile } from '../../files/events/open-events.ts';
import { writeEvents, writtenFormat } from '../../files/events/write-events.ts';
import { type EventChunks, type Events, sliceEvents } from '../../formats/events/events.ts';
import { requireWritable } from '../require-writable.ts';

/** How a file of events is written again. */
export interface ConvertEventsSettings {
  /** File to write; its extension says the format. */
  readonly output: string;
  /** Name of the format, where the extension leaves it open. Default: EVT 3 for `.raw` */
  readonly format?: string | undefined;
  /** Where to begin, in seconds from the first event. Default 0 */
  readonly from?: number | undefined;
  /** Seconds to write. Default: all */
  readonly seconds?: number | undefined;
  /** Whether an existing file that holds something else may be replaced. Default false */
  readonly force?: boolean | undefined;
}

/** What was written. */
export interface ConvertedEvents {
  readonly output: string;
  readonly format: string;
  readonly events: number;
  /** What was odd, and what was done. */
  readonly notes: readonly string[];
}

/**
 * Writes the events of a file in another format, piece by piece.
 *
 * @throws UsageError if the format has no room for them, or the file cannot be written
 */
export async function convertEvents(
  file: EventFile,
  settings: ConvertEventsSettings,
): Promise<ConvertedEvents> {
  const { output, force, from = 0, seconds = Number.POSITIVE_INFINITY } = settings;
  const format = writtenFormat(output, settings.format);
  await requireWritable(output, { inputs: [file.path], kind: 'events', force });
  let events = 0;
  async function* counted(): AsyncGenerator<Events, void> {
    for await (const chunk of partOf(file.chunks(), from * 1e6, seconds * 1e6)) {
      events += chunk.t.length;
      yield chunk;
    }
  }
  await writeEvents(output, file, counted(), format);
  return { output, format, events, notes: file.notes().map(({ text }) => text) };
}

/** The events of a time, counted from the first one, in microseconds. */
async function* partOf(chunks: EventChunks, from: number, length: number): AsyncGenerator<Events, void> {
  let first: number | undefined;
  for await (const chunk of chunks) {
    first ??= chunk.t[0] ?? 0;
    const begin = placeOf(chunk.t, first + from);
    const end = placeOf(chunk.t, first + from + length);
    if (end > begin) yield sliceEvents(chunk, begin, end);
    if (end < chunk.t.length) return;
  }
}

/** Place of the first event that is not before a time. */
function placeOf(t: Float64Array, time: number): number {
  let [low, high] = [0, t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
