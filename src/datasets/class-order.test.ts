import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryData } from '../decoding/temporary-data.fixture.ts';
import { openDataset } from '../opening/open-dataset.ts';

async function labels(
  path: string,
  options: Parameters<typeof openDataset>[1],
): Promise<Record<string, unknown>> {
  const dataset = await openDataset(path, options);
  const all: Record<string, unknown> = {};
  for (let i = 0; i < dataset.size; i++) {
    const { id, label } = await dataset.sample(i);
    all[id] = label;
  }
  return all;
}

describe('the order of classes', () => {
  it('is that of the network where folders are named after its classes', async () => {
    const folder = await temporaryData({ 'cat/a.png': 1, 'wild_boar/b.png': 1, 'n02084071/c.png': 1 });
    const classes = ['wild boar, Sus scrofa', 'n02084071 dog', 'owl', 'cat'];
    expect(await labels(folder, { classes })).toEqual({
      'wild_boar/b.png': 0,
      'n02084071/c.png': 1,
      'cat/a.png': 3,
    });
    expect((await openDataset(folder, { classes })).classNames).toEqual([
      'wild boar, Sus scrofa',
      'dog',
      'owl',
      'cat',
    ]);
  });

  it('is that of the sorted names where the network knows none of them', async () => {
    const folder = await temporaryData({ 'a/a.png': 1, 'b/b.png': 1 });
    expect(await labels(folder, { classes: ['x', 'y', 'z'] })).toEqual({ 'a/a.png': 0, 'b/b.png': 1 });
  });

  it('is refused where the network knows some of the folders', async () => {
    const folder = await temporaryData({ 'cat/a.png': 1, 'dog/b.png': 1 });
    await expect(openDataset(folder, { classes: ['cat', 'owl'] })).rejects.toThrow(
      `${folder}: expected folders named by classes of 'the network', got 'dog'. Give the labels of this data set, a class a line in the order of the network, or take these folders away.`,
    );
  });

  it('is that of a file of names, which comes before the network', async () => {
    const folder = await temporaryData({ 'data/cat/a.png': 1, 'data/dog/b.png': 1 });
    await writeFile(join(folder, 'names.txt'), 'dog\n\ncat\n');
    const options = { labels: join(folder, 'names.txt'), classes: ['cat', 'dog'] };
    expect(await labels(join(folder, 'data'), options)).toEqual({ 'cat/a.png': 1, 'dog/b.png': 0 });
  });

  it('does without a synset file where the network tells its synsets', async () => {
    const folder = await temporaryData({ 'n02084071_dog.png': 1, 'n01440764_tench.png': 1 });
    const classes = ['n02084071 dog', 'n01440764 tench, Tinca tinca'];
    expect(await labels(folder, { classes })).toEqual({ 'n02084071_dog.png': 0, 'n01440764_tench.png': 1 });
  });
});
