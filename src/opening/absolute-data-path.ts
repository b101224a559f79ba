import { resolve } from 'node:path';
import { isGlyphsAddress } from '../data/glyphs/glyphs-address.ts';

/** The place of a data set independent of the working directory; an address of generated data stays as it is. */
export function absoluteDataPath(data: string): string {
  return isGlyphsAddress(data) ? data : resolve(data);
}
