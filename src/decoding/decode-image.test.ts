import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataError } from '../errors.ts';
import { patternImage, shortHash } from '../images/pattern-image.fixture.ts';
import { decodeImage } from './decode-image.ts';

// patternImage(16, 16) saved by Pillow 9.4.0 with quality 60 and chroma at half resolution.
const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwBQIghhyqoQQQMKmAefk56f7QZsYyBRGUkKwkKdxH7twPLZiDxjJ2NzwQcens3HylVxs4CgKNq457n1yeo6Z4IZkWVWAcupLsNjbfvZ6nPucjGQPmIPUsKV09GJJXcF0/r/AIHp+H//2Q==',
  'base64',
);
// Two rows of three CMYK pixels, saved as TIFF by Pillow 9.4.0, and what its convert('RGB') makes of them.
const cmykTiff = Buffer.from(
  'SUkqAAgAAAAKAAABBAABAAAAAwAAAAEBBAABAAAAAgAAAAIBAwAEAAAAhgAAAAMBAwABAAAAAQAAAAYBAwABAAAABQAAABEBBAABAAAAjgAAABUBAwABAAAABAAAABYBBAABAAAAAgAAABcBBAABAAAAGAAAABwBAwABAAAAAQAAAAAAAAAIAAgACAAIAAAAAAD/AAAACsgeKAAAAP9kZGRkB02x4w==',
  'base64',
);
const cmykAsRgb = [255, 255, 255, 0, 255, 255, 207, 46, 190, 0, 0, 0, 94, 94, 94, 27, 20, 9];

const { width, height, data } = patternImage(7, 5);
const raw = { width, height, channels: 3 } as const;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('decodeImage', () => {
  test('decodes JPEG with chroma subsampling to the bytes of Pillow', async () => {
    const image = await decodeImage(jpeg);
    expect(image).toMatchObject({ width: 16, height: 16 });
    expect(shortHash(image.data)).toBe('e5f94743d261d551');
  });

  test('turns CMYK into the RGB of Pillow', async () => {
    expect([...(await decodeImage(cmykTiff)).data]).toEqual(cmykAsRgb);
  });

  test('decodes a file', async () => {
    const path = join(folder, 'a.png');
    await sharp(data, { raw }).png().toFile(path);
    const image = await decodeImage(path);
    expect({ ...image, data: [...image.data] }).toEqual({ width, height, data: [...data] });
  });

  test('drops alpha without compositing', async () => {
    const rgba = Uint8Array.of(200, 100, 50, 0, 10, 20, 30, 128);
    const png = await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await decodeImage(png)).data]).toEqual([200, 100, 50, 10, 20, 30]);
  });

  test('repeats grey in three channels', async () => {
    const grey = sharp(Uint8Array.of(7, 250), { raw: { width: 2, height: 1, channels: 1 } });
    const png = await grey.toColourspace('b-w').png().toBuffer();
    expect((await sharp(png).metadata()).channels).toBe(1);
    expect([...(await decodeImage(png)).data]).toEqual([7, 7, 7, 250, 250, 250]);
  });

  test('keeps the upper 8 of 16 bits', async () => {
    const deep = Uint16Array.of(0x1234, 0xff01, 0x00ff);
    const input = sharp(deep, { raw: { width: 1, height: 1, channels: 3 } });
    const png = await input.toColourspace('rgb16').png().toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    expect([...(await decodeImage(png)).data]).toEqual([0x12, 0xff, 0x00]);
  });

  test('does not turn by the EXIF orientation', async () => {
    const png = await sharp(data, { raw }).withMetadata({ orientation: 6 }).png().toBuffer();
    expect((await sharp(png).metadata()).orientation).toBe(6);
    const image = await decodeImage(png);
    expect({ ...image, data: [...image.data] }).toEqual({ width, height, data: [...data] });
  });

  test('ignores a colour profile', async () => {
    const png = await sharp(data, { raw }).withIccProfile('p3').png().toBuffer();
    expect((await sharp(png).metadata()).icc).toBeDefined();
    const withProfile = await decodeImage(png);
    expect(withProfile).toEqual(await decodeImage(withoutChunk(png, 'iCCP')));
    expect([...withProfile.data]).not.toEqual([...data]);
  });

  // Written by Pillow 12.3; the numbers are what its convert('RGB') gives, unless a test says otherwise.
  test.each([
    [
      'a palette',
      'iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAADFBMVEUKFB7IZDIAAP8BAgPkLD1xAAAACklEQVR4nGOQBgAAHQAcjvT1IQAAAABJRU5ErkJggg==',
      [10, 20, 30, 200, 100, 50, 0, 0, 255, 1, 2, 3],
    ],
    [
      'a palette with a transparent colour, as PNG',
      'iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAADFBMVEUKFB7IZDIAAP8BAgPkLD1xAAAAAnRSTlP/AOW3MEoAAAAKSURBVHicY5AGAAAdAByO9PUhAAAAAElFTkSuQmCC',
      [10, 20, 30, 200, 100, 50, 0, 0, 255, 1, 2, 3],
    ],
    [
      'the first frame of an animated GIF',
      'R0lGODdhAgABAIEAAP8AAAAAAAAAAAAAACwAAAAAAgABAAAIBQABAAgIACH5BAEAAAEALAAAAAACAAEAgQAA/wAAAAAAAAAAAAgFAAEACAgAOw==',
      [255, 0, 0, 255, 0, 0],
    ],
    [
      'one bit a pixel',
      'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABAQAAAADcWUInAAAACklEQVR4nGM4AAAAwgDBUl5XUQAAAABJRU5ErkJggg==',
      [255, 255, 255, 255, 255, 255],
    ],
    [
      'grey with alpha',
      'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGPgZDjRAAACOQFSct9UWgAAAABJRU5ErkJggg==',
      [9, 9, 9, 200, 200, 200],
    ],
  ])('decodes %s as Pillow does', async (_, base64, rgb) => {
    expect([...(await decodeImage(Buffer.from(base64, 'base64'))).data]).toEqual(rgb);
  });

  test.each([
    [
      'grey of 16 bits keeps its upper 8, which Pillow clips to 255',
      'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR4nGMQMmE4AQABsQEPnJ/wLAAAAABJRU5ErkJggg==',
      [0x12, 0x12, 0x12, 0, 0, 0],
    ],
    [
      'transparent pixels of a GIF are black, of which Pillow keeps the palette',
      'R0lGODlhBAABAIEAAAoUHshkMgAA/wECAyH5BAEAAAEALAAAAAAEAAEAAAgHAAEEEDAgIAA7',
      [10, 20, 30, 0, 0, 0, 0, 0, 255, 1, 2, 3],
    ],
  ])('%s', async (_, base64, rgb) => {
    expect([...(await decodeImage(Buffer.from(base64, 'base64'))).data]).toEqual(rgb);
  });

  test('names a truncated file and says what to do', async () => {
    const path = join(folder, 'cut.jpg');
    await writeFile(path, jpeg.subarray(0, jpeg.length - 20));
    await expect(decodeImage(path)).rejects.toThrow(DataError);
    await expect(decodeImage(path)).rejects.toThrow(
      /cut\.jpg: expected a whole JPEG, PNG, WebP, GIF, TIFF or AVIF picture, got .*premature end.*\. Replace the file, or remove it from the data set\.$/,
    );
  });

  test('refuses missing files, text and empty files', async () => {
    await expect(decodeImage(join(folder, 'none.png'))).rejects.toThrow(
      /none\.png: .*no such file or folder/,
    );
    await expect(decodeImage(Buffer.from('not a picture'), 'note.jpg')).rejects.toThrow(
      /^note\.jpg: expected/,
    );
    await expect(decodeImage(new Uint8Array(0))).rejects.toThrow(DataError);
  });
});

/** A PNG file without its chunks of one type. */
function withoutChunk(png: Buffer, type: string): Buffer {
  const parts = [png.subarray(0, 8)];
  for (let offset = 8; offset < png.length; ) {
    const end = offset + 12 + png.readUInt32BE(offset);
    if (png.toString('latin1', offset + 4, offset + 8) !== type) parts.push(png.subarray(offset, end));
    offset = end;
  }
  return Buffer.concat(parts);
}
