import { join } from 'node:path';
import { expect, it } from 'vitest';
import { absoluteDataPath } from './absolute-data-path.ts';

it('makes paths absolute and leaves addresses of generated data as they are', () => {
  expect(absoluteDataPath('images/val')).toBe(join(process.cwd(), 'images/val'));
  expect(absoluteDataPath('glyphs.txt')).toBe(join(process.cwd(), 'glyphs.txt'));
  expect(absoluteDataPath('glyphs')).toBe('glyphs');
  expect(absoluteDataPath('glyphs:test?size=500')).toBe('glyphs:test?size=500');
});
