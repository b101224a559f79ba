import { expect, it } from 'vitest';
import { renderPicture } from './picture.ts';

it('is a bitmap with the pixels as they are, described for those who cannot see it', () => {
  const pixels = Array.from({ length: 18 }, (_, i) => 13 * i);
  const rgb = btoa(String.fromCharCode(...pixels));
  const { text } = renderPicture({ width: 3, height: 2, rgb }, 'image <1>');
  expect(text).toContain('alt="image &#60;1&#62;"');
  const [, base64 = ''] = /base64,([^"]+)"/.exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  expect([bytes.toString('latin1', 0, 2), bytes.readUInt32LE(2), bytes.readInt32LE(18)]).toEqual([
    'BM',
    bytes.length,
    3,
  ]);
  const rows = [1, 0].map((row) => bytes.subarray(54 + 12 * row, 54 + 12 * row + 9));
  const read = rows.flatMap((row) => [0, 3, 6].flatMap((at) => [row[at + 2], row[at + 1], row[at]]));
  expect(read).toEqual(pixels);
});
