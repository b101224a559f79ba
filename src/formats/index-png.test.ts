import sharp from 'sharp';
import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import { readIndexPng } from './index-png.ts';

const [width, height] = [37, 21];

function indices(most: number): Uint8Array {
  const random = new Random(most);
  // Runs, so that every kind of filter pays somewhere.
  let value = 0;
  return Uint8Array.from({ length: width * height }, () => {
    if (random.chance(0.3)) value = random.integer(most);
    return value;
  });
}

it('reads grey values of 8 bits, however lines are filtered', async () => {
  const data = indices(256);
  const raw = sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  for (const adaptiveFiltering of [false, true]) {
    const bytes = await raw.clone().png({ adaptiveFiltering }).toBuffer();
    const image = await readIndexPng(bytes, 'mask.png');
    expect(image).toMatchObject({ width, height });
    expect(Array.from(image.data)).toEqual(Array.from(data));
  }
});

it.each([2, 4, 16])('reads palettes of %i colours as positions', async (colours) => {
  const data = indices(colours);
  // Colours that are far apart, so that each index is one of its own.
  const rgb = Array.from(data).reduce<number[]>((all, value) => {
    const level = Math.round((255 * value) / (colours - 1));
    all.push(level, 255 - level, value % 2 ? 255 : 0);
    return all;
  }, []);
  const bytes = await sharp(Uint8Array.from(rgb), { raw: { width, height, channels: 3 } })
    .png({ palette: true, colours, dither: 0 })
    .toBuffer();
  const { data: got } = await readIndexPng(bytes, 'mask.png');
  // Which position a colour has, the writer chose: the same everywhere, and another one for each.
  const pairs = new Set(Array.from(got, (position, i) => `${position} ${data[i]}`));
  expect(pairs.size).toBe(new Set(data).size);
  expect(Math.max(...got)).toBeLessThan(colours);
});

it('refuses what is no PNG of indices, and one that ends early', async () => {
  const colours = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  await expect(readIndexPng(colours, 'a.png')).rejects.toThrow(
    'a.png: expected a PNG of indices: with a palette or grey, not interlaced, got a picture in colours. Save the masks as such PNGs, or as .npy',
  );
  await expect(readIndexPng(colours.subarray(0, 30), 'a.png')).rejects.toThrow('got a file that ends early');
  await expect(readIndexPng(Uint8Array.of(1, 2, 3), 'a.png')).rejects.toThrow('got another format');
});
