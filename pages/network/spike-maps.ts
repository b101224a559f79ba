import type { SpikeTrain } from '../../src/engines/spike-trains.ts';
import type { BlockSpikes } from './answer.ts';
import type { SiteBlock } from './site-blocks.ts';

/** The spikes of one site in one step, place by place. */
interface SiteMap {
  readonly count: number;
  readonly places: Float64Array;
  readonly width: number;
}

/**
 * The spikes of each block at each step, for the first picture of a batch.
 *
 * @param trains of all sites, [T, N, …]
 * @returns by step and block
 */
export function spikeMaps(trains: readonly SpikeTrain[], blocks: readonly SiteBlock[]): BlockSpikes[][] {
  const tokens = trains.find(({ spikes }) => spikes.shape.length === 4)?.spikes.shape[2];
  const steps = trains[0]?.spikes.shape[0] ?? 0;
  return Array.from({ length: steps }, (_, t) => {
    const maps = trains.map((train) => siteMap(train, t, tokens));
    return blocks.map(({ sites }) => blockSpikes(sites.map((i) => maps[i]!)));
  });
}

/** Sums the maps that are as large as the largest; the count is of all sites. */
function blockSpikes(maps: readonly SiteMap[]): BlockSpikes {
  const count = maps.reduce((sum, each) => sum + each.count, 0);
  const most = Math.max(...maps.map(({ places }) => places.length));
  const alike = maps.filter(({ places }) => places.length === most);
  const map = Array.from({ length: most }, (_, i) => alike.reduce((sum, { places }) => sum + places[i]!, 0));
  return { count, map, width: alike[0]?.width ?? 1 };
}

function siteMap({ spikes, counts }: SpikeTrain, step: number, tokens: number | undefined): SiteMap {
  const [, images, ...shape] = spikes.shape as [number, number, ...number[]];
  const size = shape.reduce((a, b) => a * b, 1);
  const from = step * images * size;
  const { length, stride, width, skip } = layoutOf(shape, tokens);
  const places = new Float64Array(Math.max(0, length - skip));
  let count = 0;
  for (let i = 0; i < size; i++) {
    const spike = spikes.data[from + i]!;
    if (spike === 0) continue;
    const stands = counts ? counts.data[from + i]! : 1;
    count += stands;
    const place = (Math.floor(i / stride) % length) - skip;
    if (place >= 0) places[place]! += stands;
  }
  return { count, places, width };
}

/** Where the places are among the numbers of one picture. */
interface Layout {
  readonly length: number;
  readonly stride: number;
  readonly width: number;
  /** Places in front that are none of the picture: a class token. */
  readonly skip: number;
}

/** Tokens are an axis of their length; pixels are the last two of [channels, height, width]; all else has no places. */
function layoutOf(shape: readonly number[], tokens: number | undefined): Layout {
  const at = tokens === undefined ? -1 : shape.indexOf(tokens);
  if (at >= 0) return { ...tokenGrid(tokens!), stride: product(shape.slice(at + 1)) };
  if (shape.length === 3 && tokens === undefined) {
    const [, height, width] = shape as [number, number, number];
    return { length: height * width, stride: 1, width, skip: 0 };
  }
  return { length: 0, stride: 1, width: 1, skip: 0 };
}

function tokenGrid(tokens: number): Omit<Layout, 'stride'> {
  for (const skip of [0, 1, 2]) {
    const side = Math.sqrt(tokens - skip);
    if (Number.isInteger(side) && side > 0) return { length: tokens, width: side, skip };
  }
  return { length: tokens, width: tokens, skip: 0 };
}

function product(of: readonly number[]): number {
  return of.reduce((a, b) => a * b, 1);
}
