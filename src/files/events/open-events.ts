import { extname } from 'node:path';
import { FormatError, messageOf } from '../../errors.ts';
import type { OpenedEvents } from '../../formats/events/event-format.ts';
import { eventFormats } from '../../formats/events/event-formats.ts';
import { EventNotes, type Note } from '../../formats/events/event-notes.ts';
import type { Events, SensorSize } from '../../formats/events/events.ts';
import { tidyEvents } from '../../formats/events/tidy-events.ts';
import { FileSource } from '../file-source.ts';
import { isHdf5, openHdf5Events } from './hdf5-events.ts';
import { isZip, openNpzEvents } from './npz-events.ts';

const headLength = 4096;

/** A file of events. */
export interface EventFile extends SensorSize {
  readonly path: string;
  /** Name of its format. */
  readonly format: string;
  /** What says the size of the sensor: whoever opened the file, the file, its format, or else the largest address in it; `nothing` where there are no events. */
  readonly sizeFrom: 'given' | 'file' | 'events' | 'nothing';
  /**
   * The events from the first on, in the order of time and within the sensor, as often as it is asked.
   *
   * @param from microseconds before which events may be left out, where the format can find the place
   */
  chunks(from?: number): AsyncGenerator<Events, void>;
  /** What was odd about the events, as far as they were read, and what was done. */
  notes(): readonly Note[];
}

/** How to open a file of events. */
export interface EventFileOptions {
  /** Size of the sensor, where it is known better than from the file. */
  readonly size?: SensorSize | undefined;
}

/**
 * Opens a file of events: `.bin` of N-MNIST, `.dat` and `.raw` (EVT 2, EVT 3) of Prophesee, AEDAT 2, 3.1 and 4, `.npy`, `.npz` or HDF5. What it is, its first bytes say.
 * The events are read when they are asked for, piece by piece; those of `.npz` at once. Where neither the file nor the options say how large the
 * sensor is, they are read once to find the largest address.
 *
 * @throws FormatError if it is no such file, or damaged, with the byte where that shows
 */
export async function openEvents(path: string, options: EventFileOptions = {}): Promise<EventFile> {
  const source = new FileSource(path);
  const notes = new EventNotes();
  const { format, opened } = await openAny(path, source, notes);
  const told = options.size ?? opened.size;
  const seen = told ? undefined : await largestAddress(opened);
  const size = told ?? seen ?? { width: 1, height: 1 };
  const sizeFrom = options.size ? 'given' : opened.size ? 'file' : seen ? 'events' : 'nothing';
  notes.clear();
  return {
    path,
    format,
    ...size,
    sizeFrom,
    chunks: (from) => {
      notes.clear();
      return tidyEvents(opened.chunks(from), size, notes);
    },
    notes: () => notes.list,
  };
}

async function openAny(
  path: string,
  source: FileSource,
  notes: EventNotes,
): Promise<{ format: string; opened: OpenedEvents }> {
  const head = readHead(path, source);
  if (isHdf5(head)) return { format: 'hdf5', opened: await openHdf5Events(path) };
  if (isZip(head)) return { format: 'npz', opened: await openNpzEvents(path) };
  const extension = extname(path).slice(1).toLowerCase();
  const format = eventFormats.find((each) => each.matches(head, extension));
  if (format) return { format: format.name, opened: format.open(source, notes) };
  throw new FormatError({
    where: path,
    expected: `events: ${eventFormats.map(({ summary }) => summary).join('; ')}; .npz or HDF5 of x, y, t, p`,
    got:
      head.length === 0
        ? 'an empty file'
        : `a file '${extension ? `.${extension}` : ''}' that begins otherwise`,
    remedy: 'Give a file of one of these',
  });
}

function readHead(path: string, source: FileSource): Uint8Array {
  try {
    return source.read(0, Math.min(source.length ?? headLength, headLength));
  } catch (error) {
    throw new FormatError(
      {
        where: path,
        expected: 'a file of events that can be read',
        got: messageOf(error),
        remedy: 'Check the path and the permissions of the file',
      },
      { cause: error },
    );
  }
}

async function largestAddress(opened: OpenedEvents): Promise<SensorSize | undefined> {
  let [width, height] = [0, 0];
  for await (const { x, y } of opened.chunks()) {
    for (let i = 0; i < x.length; i++) {
      if (x[i]! >= width) width = x[i]! + 1;
      if (y[i]! >= height) height = y[i]! + 1;
    }
  }
  return width === 0 ? undefined : { width, height };
}
