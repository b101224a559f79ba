import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ImageSample } from '../data/dataset.ts';
import { glyphSide, renderGlyph } from '../data/glyphs/glyphs-render.ts';
import { glyphNames, glyphStrokes } from '../data/glyphs/glyphs-strokes.ts';
import { openDataset } from '../opening/open-dataset.ts';
import { Random } from '../random.ts';

async function images(address: string, count: number): Promise<ImageSample[]> {
  const dataset = await openDataset(address);
  return Promise.all(Array.from({ length: count }, async (_, i) => (await dataset.sample(i)) as ImageSample));
}

describe('glyphs', () => {
  it('opens by its address, with defaults and with settings', async () => {
    const test = await openDataset('glyphs');
    expect([test.kind, test.size, test.labelled, test.id(3)]).toEqual(['glyphs', 10_000, true, 'test/3']);
    expect(test.classNames).toHaveLength(36);
    expect((await openDataset('glyphs:train')).size).toBe(60_000);
    expect((await openDataset('glyphs', { split: 'train' })).size).toBe(60_000);
    expect((await openDataset('glyphs:test?size=500&seed=7')).size).toBe(500);
    expect((await openDataset('glyphs:test?size=500', { limit: 10 })).size).toBe(10);
    const plain = await images('glyphs:test?size=500&seed=7', 2);
    expect(await images('glyphs:test,size=500,seed=7', 2)).toEqual(plain);
    expect((await openDataset('glyphs,size=7')).size).toBe(7);
  });

  it('says everything that is wrong with an address', async () => {
    await expect(openDataset('glyphs:val?size=0&seed=-1&noise=3')).rejects.toThrow(
      "glyphs:val?size=0&seed=-1&noise=3: expected glyphs:train or glyphs:test, with ,size= from 1 to 100000000 and ,seed= from 0 on, got split 'val', size 0, seed -1, setting 'noise'. Write, for example, 'glyphs:test,size=500'.",
    );
    await expect(openDataset('glyphs:test', { split: 'train' })).rejects.toThrow(
      "split 'test' beside the option split = 'train'",
    );
  });

  it('makes 32×32 grey pictures that depend on seed, split and index only', async () => {
    const [small, large] = [
      await images('glyphs:test?size=20', 20),
      await images('glyphs:test?size=2000', 20),
    ];
    expect(small).toEqual(large);
    const { image, label } = small[0]!;
    expect([image.width, image.height, image.data.length]).toEqual([32, 32, 3072]);
    expect(label).toBeLessThan(36);
    expect([image.data[0], image.data[1]]).toEqual([image.data[2], image.data[2]]);
    expect(await images('glyphs:train', 20)).not.toEqual(small);
    expect(await images('glyphs:test?seed=1', 20)).not.toEqual(small);
  });

  it('keeps its pictures across versions', async () => {
    const hash = createHash('sha256');
    for (const { image, label } of await images('glyphs:test', 36))
      hash.update(image.data).update(`${label}`);
    expect(hash.digest('hex').slice(0, 16)).toBe('6e403da5f2117656');
  });

  it('draws all classes about equally often', async () => {
    const counts = new Array<number>(36).fill(0);
    for (const { label } of await images('glyphs:train', 3600)) counts[label!]!++;
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(150);
  });

  it('has different strokes for different classes, all within the unit square', () => {
    expect(glyphNames.join('')).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    expect(new Set(glyphStrokes.map((strokes) => JSON.stringify(strokes))).size).toBe(36);
    for (const [x, y] of glyphStrokes.flat(2)) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(1);
    }
  });

  it('shows the class: the ink of one class is most like that of the same class', () => {
    // Mean pictures of each class, against single pictures: far from a classifier, yet well above chance (1/36).
    const mean = glyphNames.map((_, label) => {
      const sum = new Float64Array(glyphSide ** 2);
      for (let i = 0; i < 20; i++) addCentred(sum, renderGlyph(label, new Random(1, label, i)));
      return sum;
    });
    let right = 0;
    for (let label = 0; label < 36; label++) {
      for (let i = 0; i < 3; i++) {
        const picture = new Float64Array(glyphSide ** 2);
        addCentred(picture, renderGlyph(label, new Random(2, label, i)));
        const scores = mean.map((each) => each.reduce((total, value, j) => total + value * picture[j]!, 0));
        right += Number(scores.indexOf(Math.max(...scores)) === label);
      }
    }
    expect(right / 108).toBeGreaterThan(0.1);
  });
});

function addCentred(sum: Float64Array, bytes: Uint8Array): void {
  const mean = bytes.reduce((total, value) => total + value, 0) / bytes.length;
  for (let i = 0; i < bytes.length; i++) sum[i]! += bytes[i]! - mean;
}
