import type { EventChunks, SensorSize } from '../formats/events/events.ts';
import type { RgbImage } from '../images/rgb-image.ts';

/** Red, green and blue from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Colours of a picture of events. */
export interface EventColours {
  readonly on: Colour;
  readonly off: Colour;
  readonly paper: Colour;
}

/** Told apart by those who confuse red and green, too. */
const eventColours: EventColours = { on: [214, 94, 0], off: [0, 114, 178], paper: [255, 255, 255] };

/** A stream with the size of its sensor. */
interface Stream extends SensorSize {
  chunks(): EventChunks;
}

/** A part of a stream. */
export interface StreamPart {
  /** Seconds from the first event on. */
  readonly from: number;
  /** Its length in seconds. */
  readonly seconds: number;
}

/** A picture of all events of a part: the more a pixel sent, the stronger its colour, mixed of those of ON and OFF. */
export async function eventPicture(
  stream: Stream,
  part: StreamPart,
  colours: EventColours = eventColours,
): Promise<RgbImage> {
  const { width, height } = stream;
  const counts = [new Float64Array(width * height), new Float64Array(width * height)] as const;
  let first: number | undefined;
  for await (const { t, x, y, p } of stream.chunks()) {
    first ??= t[0];
    const begin = (first ?? 0) + part.from * 1e6;
    for (let i = 0; i < t.length; i++) {
      if (t[i]! < begin || t[i]! - begin > part.seconds * 1e6) continue;
      counts[p[i] === 1 ? 1 : 0][y[i]! * width + x[i]!]! += 1;
    }
  }
  return { width, height, data: colourCounts(counts[0], counts[1], colours) };
}

function colourCounts(off: Float64Array, on: Float64Array, colours: EventColours): Uint8Array {
  const totals = off.map((count, i) => count + on[i]!);
  const active = totals.filter((count) => count > 0).sort();
  // Hot pixels do not make all others pale.
  const strongest = active[Math.floor(0.98 * (active.length - 1))] ?? 1;
  const data = new Uint8Array(3 * off.length);
  for (let i = 0; i < off.length; i++) {
    const total = totals[i]!;
    const strength = total === 0 ? 0 : 0.25 + 0.75 * Math.min(total / strongest, 1);
    const share = total === 0 ? 0 : on[i]! / total;
    for (const channel of [0, 1, 2] as const) {
      const ink = share * colours.on[channel] + (1 - share) * colours.off[channel];
      data[3 * i + channel] = Math.round(colours.paper[channel] + (ink - colours.paper[channel]) * strength);
    }
  }
  return data;
}

/** A picture as SVG, a square for each pixel that is not white. */
export function pictureSvg({ width, height, data }: RgbImage): string {
  const squares: string[] = [];
  for (let i = 0; i < width * height; i++) {
    const [red, green, blue] = data.subarray(3 * i, 3 * i + 3);
    if (red === 255 && green === 255 && blue === 255) continue;
    squares.push(
      `<rect x="${i % width}" y="${Math.floor(i / width)}" width="1" height="1" fill="rgb(${red},${green},${blue})"/>`,
    );
  }
  const scale = Math.max(1, Math.round(512 / width));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${scale * width}" height="${scale * height}" shape-rendering="crispEdges"><rect width="${width}" height="${height}" fill="#fff"/>${squares.join('')}</svg>\n`;
}
