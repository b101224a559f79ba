import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { temporaryData } from '../decoding/temporary-data.fixture.ts';
import { openDataset } from '../opening/open-dataset.ts';

const synsetWords = 'n01440764 tench, Tinca tinca\nn01498041 stingray\r\n\nn01443537 goldfish\n';

/** Id, label and grey level of every sample. */
async function contents(dataset: Dataset): Promise<unknown[]> {
  const rows = [];
  for (let i = 0; i < dataset.size; i++) {
    const sample = await dataset.sample(i);
    expect(sample.id).toBe(dataset.id(i));
    rows.push([sample.id, sample.label, sample.kind === 'image' ? sample.image.data[0] : undefined]);
  }
  return rows;
}

describe('image-folder', () => {
  test('takes the sorted folder names as classes and finds nested pictures', async () => {
    const folder = await temporaryData({
      'dog/b.png': 1,
      'dog/a.PNG': 2,
      'cat/deep/er/c.png': 3,
      'cat/notes.txt': 'x',
      'dog/.hidden.png': 4,
      'README.md': 'x',
    });
    const dataset = await openDataset(folder);
    expect(dataset).toMatchObject({ kind: 'image-folder', name: 'data', size: 3, labelled: true });
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect(await contents(dataset)).toEqual([
      ['cat/deep/er/c.png', 0, 3],
      ['dog/a.PNG', 1, 2],
      ['dog/b.png', 1, 1],
    ]);
  });

  test('takes the lines of a synset file as classes when folders are synset ids', async () => {
    const folder = await temporaryData({
      'images/n01498041/a.png': 1,
      'images/n01443537/b.png': 2,
      'synset_words.txt': synsetWords,
      'elsewhere/words.txt': 'n01498041\nn01443537\n',
    });
    const found = await openDataset(join(folder, 'images'));
    expect(found.classNames).toEqual(['tench, Tinca tinca', 'stingray', 'goldfish']);
    expect(await contents(found)).toEqual([
      ['n01443537/b.png', 2, 2],
      ['n01498041/a.png', 1, 1],
    ]);
    const given = await openDataset(join(folder, 'images'), { synsets: join(folder, 'elsewhere/words.txt') });
    expect((await given.sample(0)).label).toBe(1);
    expect(given.classNames).toEqual(['n01498041', 'n01443537']);
  });

  test('refuses folders that a given synset file does not know', async () => {
    const folder = await temporaryData({ 'images/cat/a.png': 1, 'words.txt': synsetWords });
    await expect(openDataset(join(folder, 'images'), { synsets: join(folder, 'words.txt') })).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: `${folder}/images: expected folders named by synset ids of '${folder}/words.txt', got 'cat'. Give the synset file of this data set, or leave it out to take the sorted folder names as classes.`,
      }),
    );
  });

  test('refuses pictures beside the classes and classes without pictures', async () => {
    const loose = await temporaryData({ 'cat/a.png': 1, 'b.png': 2 });
    await expect(openDataset(loose)).rejects.toThrow(
      `${loose}: expected pictures only in the folders of the classes, got 'b.png' beside them. Move these files`,
    );
    const empty = await temporaryData({ 'cat/a.png': 1, 'cache/x.bin': 'x' });
    await expect(openDataset(empty)).rejects.toThrow(
      `${empty}: expected at least one picture in the folder of every class, got none in 'cache'. Remove the folders`,
    );
  });
});

describe('synset-files', () => {
  test('takes the class from the file name and the synset file of the parent folder', async () => {
    const folder = await temporaryData({
      'images/n01498041_stingray.png': 1,
      'images/n01440764_12.png': 2,
      'images/SOURCE.txt': 'x',
      'synset_words.txt': synsetWords,
    });
    const dataset = await openDataset(join(folder, 'images'));
    expect(dataset).toMatchObject({ kind: 'synset-files', labelled: true });
    expect(dataset.classNames![1]).toBe('stingray');
    expect(await contents(dataset)).toEqual([
      ['n01440764_12.png', 0, 2],
      ['n01498041_stingray.png', 1, 1],
    ]);
  });

  test('takes the synset file from the options synsets or labels', async () => {
    const folder = await temporaryData({ 'images/n01443537_1.png': 1, 'words.txt': synsetWords });
    for (const key of ['synsets', 'labels']) {
      const dataset = await openDataset(join(folder, 'images'), { [key]: join(folder, 'words.txt') });
      expect((await dataset.sample(0)).label).toBe(2);
    }
  });

  test('tells how to give a synset file when there is none', async () => {
    const folder = await temporaryData({ 'n01443537_1.png': 1 });
    await expect(openDataset(folder)).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: `${folder}: expected a synset file that tells the class of every synset id in the file names, got none given, and no synset_words.txt in the folder or its parent. Give one with the option labels (lines such as 'n01440764 tench, Tinca tinca' in class order).`,
      }),
    );
  });

  test('lists files that fit no class, and malformed lines of a synset file', async () => {
    const folder = await temporaryData({
      'n01443537_1.png': 1,
      'n09999999_1.png': 1,
      'b.png': 1,
      'synset_words.txt': synsetWords,
      'bad.txt': 'n01440764 tench\ncat\nn01440764 again\n',
    });
    await expect(openDataset(folder)).rejects.toThrow(
      `${folder}: file names without a synset id of '${folder}/synset_words.txt'. Rename or remove them:\n  - b.png\n  - n09999999_1.png`,
    );
    await expect(openDataset(folder, { synsets: join(folder, 'bad.txt') })).rejects.toThrow(
      `${folder}/bad.txt: not a synset file. Correct these lines:\n  - line 2: expected a synset id such as n01440764, got 'cat'\n  - line 3: n01440764 appears for the second time`,
    );
    await expect(openDataset(folder, { synsets: join(folder, 'none.txt') })).rejects.toThrow(
      /none\.txt: expected a synset file that can be read, got no such file or folder/,
    );
  });
});

describe('flat-images', () => {
  test('has no labels', async () => {
    const folder = await temporaryData({ 'b.png': 1, 'a.png': 2, 'notes.md': 'x' });
    const dataset = await openDataset(folder);
    expect(dataset).toMatchObject({ kind: 'flat-images', labelled: false });
    expect(await contents(dataset)).toEqual([
      ['a.png', undefined, 2],
      ['b.png', undefined, 1],
    ]);
  });
});

describe('a single picture', () => {
  test('is a data set of one, whose classes a file may name', async () => {
    const folder = await temporaryData({ 'cat/a.png': 1, 'cat/b.png': 2, 'names.txt': 'tabby cat\ndog\n' });
    const dataset = await openDataset(join(folder, 'cat', 'b.png'));
    expect(dataset).toMatchObject({ kind: 'flat-images', name: 'b.png', size: 1, labelled: false });
    expect(await contents(dataset)).toEqual([['b.png', undefined, 2]]);
    const named = await openDataset(join(folder, 'cat'), { labels: join(folder, 'names.txt') });
    expect(named).toMatchObject({ size: 2, labelled: false, classNames: ['tabby cat', 'dog'] });
  });
});

describe('image-list', () => {
  test('takes paths in quotes, unless a name has them', async () => {
    const list = '"images/b b.png" 7\n\'images/a.png\' 0\n"c.png" 1\n';
    const files = { 'images/a.png': 1, 'images/b b.png': 2, '"c.png"': 3 };
    const folder = await temporaryData({ 'list.txt': list, ...files });
    expect(await contents(await openDataset(join(folder, 'list.txt')))).toEqual([
      ['images/b b.png', 7, 2],
      ['images/a.png', 0, 1],
      ['"c.png"', 1, 3],
    ]);
  });

  test('reads path and label a line, relative to the file', async () => {
    const list = '# comment\n\nimages/b b.png 7\r\nimages/a.png\t0\n';
    const folder = await temporaryData({ 'list.txt': list, 'images/a.png': 1, 'images/b b.png': 2 });
    const dataset = await openDataset(join(folder, 'list.txt'));
    expect(dataset).toMatchObject({ kind: 'image-list', name: 'list.txt', labelled: true });
    expect(await contents(dataset)).toEqual([
      ['images/b b.png', 7, 2],
      ['images/a.png', 0, 1],
    ]);
  });

  test('lists all malformed lines at once', async () => {
    const list = 'a.png 1\na.png\na.png cat\nnone.png 2\na.png 3\n';
    const folder = await temporaryData({ 'list.txt': list, 'a.png': 1 });
    await expect(openDataset(join(folder, 'list.txt'))).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: [
          `${folder}/list.txt: not a list of pictures with labels. Correct these lines:`,
          "  - line 2: expected 'path label' with a whole number as label, got 'a.png'",
          "  - line 3: expected 'path label' with a whole number as label, got 'a.png cat'",
          `  - line 4: there is no file 'none.png' in '${folder}'`,
          "  - line 5: 'a.png' is listed already in line 1",
        ].join('\n'),
      }),
    );
  });

  test('refuses a list without lines and shortens a long list of problems', async () => {
    const folder = await temporaryData({ 'empty.txt': '# nothing\n', 'long.txt': 'x\n'.repeat(60) });
    await expect(openDataset(join(folder, 'empty.txt'))).rejects.toThrow("no line 'path label' at all");
    await expect(openDataset(join(folder, 'long.txt'))).rejects.toThrow('  - and 10 more');
  });
});

test('a damaged picture is named when it is read', async () => {
  const folder = await temporaryData({ 'cat/a.png': 'not a picture' });
  const dataset = await openDataset(folder);
  await expect(dataset.sample(0)).rejects.toThrow(`${folder}/cat/a.png: expected a whole JPEG`);
});

describe('odd entries of a folder', () => {
  test('leave the pictures beside them usable, and are told when they are read', async () => {
    const folder = await temporaryData({ 'a.png': 1, 'sub.png/notes.txt': 'x' });
    await symlink('nowhere.png', join(folder, 'b.png'));
    execFileSync('mkfifo', [join(folder, 'c.JPEG')]);
    const dataset = await openDataset(folder);
    expect(dataset).toMatchObject({ kind: 'flat-images', size: 3 });
    expect((await dataset.sample(0)).id).toBe('a.png');
    await expect(dataset.sample(1)).rejects.toThrow(
      'b.png: expected a whole JPEG, PNG, WebP, GIF, TIFF or AVIF picture, got no such file or folder',
    );
    await expect(dataset.sample(2)).rejects.toThrow(
      'c.JPEG: expected a whole JPEG, PNG, WebP, GIF, TIFF or AVIF picture, got a pipe or device.',
    );
  });

  test('do not count pictures again that a link leads back to', async () => {
    const folder = await temporaryData({ 'cat/a.png': 1, 'dog/b.png': 2 });
    await symlink('.', join(folder, 'cat', 'self'));
    await symlink('..', join(folder, 'cat', 'up'));
    expect(await contents(await openDataset(folder))).toEqual([
      ['cat/a.png', 0, 1],
      ['dog/b.png', 1, 2],
    ]);
  });

  test('are not waited for where a pipe has the name of a data file', async () => {
    const folder = await temporaryData({ 't10k-labels-idx1-ubyte': 'x' });
    execFileSync('mkfifo', [join(folder, 't10k-images-idx3-ubyte')]);
    await expect(openDataset(folder)).rejects.toThrow(
      't10k-images-idx3-ubyte: expected an IDX file that can be read, got a pipe or device. Check the file and its permissions.',
    );
  });
});
