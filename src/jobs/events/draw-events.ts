import { extname } from 'node:path';
import { encodePng } from '../../decoding/encode-png.ts';
import { UsageError } from '../../errors.ts';
import { type EventColours, eventPicture, pictureSvg } from '../../events/event-picture.ts';
import type { EventFile } from '../../files/events/open-events.ts';
import { writeAtomically } from '../../files/write-atomically.ts';
import { requireWritable } from '../require-writable.ts';
import { eventPage } from './event-page.ts';

/** What of a file is drawn, and how. */
export interface DrawEventsSettings {
  /** File to write: `.png` or `.svg` for a picture of all events of the time, `.html` for a page on which they move. */
  readonly output: string;
  /** Where to begin, in seconds from the first event. Default 0 */
  readonly from?: number | undefined;
  /** Seconds to draw. Default: all */
  readonly seconds?: number | undefined;
  /** Whether an existing file that holds something else may be replaced. Default false */
  readonly force?: boolean | undefined;
  readonly colours?: EventColours | undefined;
}

const kinds: Readonly<
  Record<string, (file: EventFile, settings: DrawEventsSettings) => Promise<string | Uint8Array>>
> = {
  '.png': async (file, settings) => encodePng(await eventPicture(file, partOf(settings), settings.colours)),
  '.svg': async (file, settings) => pictureSvg(await eventPicture(file, partOf(settings), settings.colours)),
  '.html': async (file, settings) => eventPage(file, partOf(settings)),
};

/**
 * Draws the events of a file.
 *
 * @throws UsageError if the output is no picture and no page, or cannot be written
 */
export async function drawEvents(file: EventFile, settings: DrawEventsSettings): Promise<void> {
  const { output, force } = settings;
  const draw = kinds[extname(output).toLowerCase()];
  if (!draw) {
    throw new UsageError({
      where: output,
      expected: 'a .png or .svg file for a picture, or .html for a page on which events move',
      got: `'${extname(output)}'`,
      remedy: 'Choose another output path',
      means: ['output'],
    });
  }
  await requireWritable(output, { inputs: [file.path], kind: 'picture', force });
  await writeAtomically(output, await draw(file, settings));
}

function partOf({ from = 0, seconds = Number.POSITIVE_INFINITY }: DrawEventsSettings) {
  return { from, seconds };
}
