import { rename } from 'node:fs/promises';
import { extname } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { EventFormat } from '../../formats/events/event-format.ts';
import { eventFormats } from '../../formats/events/event-formats.ts';
import type { EventChunks, SensorSize } from '../../formats/events/events.ts';
import { withTemporaryFile } from '../temporary-files.ts';
import { writeAtomically } from '../write-atomically.ts';
import { writeHdf5Events } from './hdf5-events.ts';
import { encodeNpzEvents } from './npz-events.ts';

/** Formats in which events are written, by the extensions that mean them; the first one of several where none is named. */
const byExtension: Readonly<Record<string, readonly string[]>> = {
  bin: ['n-mnist'],
  dat: ['dat'],
  raw: ['evt3', 'evt2'],
  npz: ['npz'],
  h5: ['hdf5'],
  hdf5: ['hdf5'],
};

/** Names of all formats in which events are written. */
export const writtenFormats = [...new Set(Object.values(byExtension).flat())];

/**
 * The format in which a file of this name is written.
 *
 * @param wanted name of a format. Default: what the extension says, EVT 3 for `.raw`
 * @throws UsageError if no format is written under this name
 */
export function writtenFormat(path: string, wanted?: string): string {
  const extension = extname(path).slice(1).toLowerCase();
  const known = byExtension[extension] ?? [];
  const format = wanted === undefined ? known[0] : known.find((each) => each === wanted);
  if (format !== undefined) return format;
  throw new UsageError({
    where: path,
    expected: Object.entries(byExtension)
      .map(([each, formats]) => `.${each} (${formats.join(', ')})`)
      .join(', '),
    got: `'.${extension}'${wanted === undefined ? '' : ` as ${wanted}`}`,
    remedy: 'Give the file an extension that goes with its format',
    means: ['format', 'output'],
  });
}

/**
 * Writes events to a file, whole or not at all. Times are rounded to microseconds.
 *
 * @param format name of the format. Default: what the extension says
 * @throws UsageError if the format has no room for the sensor or its times, or the file cannot be written
 */
export async function writeEvents(
  path: string,
  size: SensorSize,
  chunks: EventChunks,
  format?: string,
): Promise<void> {
  const name = writtenFormat(path, format);
  if (name === 'npz') {
    const parts = await encodeNpzEvents(size, chunks);
    await writeAtomically(path, async (file) => {
      for (const part of parts) await file.write(part);
    });
    return;
  }
  if (name === 'hdf5') {
    // The library opens files by itself.
    await withTemporaryFile(path, async (temporary) => {
      await writeHdf5Events(temporary, size, chunks);
      await rename(temporary, path);
    });
    return;
  }
  const known = eventFormats.find((each) => each.name === name);
  const encoder = known?.encoder?.(requireRoom(path, known, size));
  await writeAtomically(path, async (file) => {
    if (!encoder) return;
    await file.write(encoder.begin());
    for await (const chunk of chunks) await file.write(encoder.encode(chunk));
  });
}

function requireRoom(path: string, { name, largest }: EventFormat, size: SensorSize): SensorSize {
  if (!largest || (size.width <= largest.width && size.height <= largest.height)) return size;
  throw new UsageError({
    where: path,
    expected: `a sensor of at most ${largest.width} × ${largest.height} pixels, as ${name} has room for`,
    got: `${size.width} × ${size.height}`,
    remedy: 'Write another format',
    means: ['format', 'output'],
  });
}
