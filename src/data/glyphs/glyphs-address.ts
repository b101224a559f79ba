import { DataError } from '../../errors.ts';
import { choosePart } from '../choose-part.ts';
import type { DatasetOptions } from '../dataset.ts';

/** Number of samples of each split where the address does not say. */
const defaultSizes: Readonly<Record<string, number>> = { train: 60_000, test: 10_000 };
const largestSize = 100_000_000;

/** What an address of the generated data set says. */
export interface GlyphsAddress {
  /** `train` or `test`: pictures of one never occur in the other. */
  readonly split: string;
  readonly size: number;
  readonly seed: number;
}

/** Whether the place of a data set is an address of generated glyphs rather than a path. */
export function isGlyphsAddress(path: string): boolean {
  return /^glyphs(?:$|[:?,])/.test(path);
}

/**
 * Reads `glyphs[:split][,size=…][,seed=…]`, which shells leave alone, or `glyphs[:split][?size=…&seed=…]`.
 *
 * @throws DataError that lists everything wrong with the address
 */
export function parseGlyphsAddress(
  address: string,
  options: Pick<DatasetOptions, 'split' | 'purpose'> = {},
): GlyphsAddress {
  const { split: wantedSplit } = options;
  const [, stated, query = ''] = /^glyphs(?::([^?,]*))?(?:[?,](.*))?$/.exec(address) ?? [];
  const split = stated ?? choosePart(options, (part) => part in defaultSizes);
  const settings = new URLSearchParams(query.replaceAll(',', '&'));
  const size = Number(settings.get('size') ?? defaultSizes[split] ?? 1);
  const seed = Number(settings.get('seed') ?? 0);
  const problems: string[] = [];
  if (!(split in defaultSizes)) problems.push(`split '${split}'`);
  if (stated !== undefined && wantedSplit !== undefined && stated !== wantedSplit) {
    problems.push(`split '${stated}' beside the option split = '${wantedSplit}'`);
  }
  if (!Number.isInteger(size) || size < 1 || size > largestSize)
    problems.push(`size ${settings.get('size')}`);
  if (!Number.isInteger(seed) || seed < 0) problems.push(`seed ${settings.get('seed')}`);
  for (const key of settings.keys()) if (key !== 'size' && key !== 'seed') problems.push(`setting '${key}'`);
  if (problems.length === 0) return { split, size, seed };
  throw new DataError({
    where: address,
    expected: `glyphs:train or glyphs:test, with ,size= from 1 to ${largestSize} and ,seed= from 0 on`,
    got: problems.join(', '),
    remedy: "Write, for example, 'glyphs:test,size=500'",
  });
}
