import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { objectColumns } from '../data/object-columns.ts';
import { encodeNpz } from '../files/npz.fixture.ts';
import { encodeNpy } from '../formats/npy.ts';
import { openTargets } from './open-targets.ts';
import { temporaryData } from './temporary-data.fixture.ts';

const ids = ['a/one.jpg', 'b/two.png'];
const npy = (shape: readonly number[], data: readonly number[]) => ({
  shape: [...shape],
  dataType: 'float32' as const,
  data: Float32Array.from(data),
});
async function open(files: Record<string, string | Uint8Array>, path: string, names = ids) {
  const folder = await temporaryData(files);
  const targets = await openTargets(`${folder}/${path}`, names);
  return Promise.all(names.map((_, i) => targets(i)));
}
const numbers = (targets: Awaited<ReturnType<typeof open>>) => targets.map(({ data }) => [...data]);

describe('openTargets of a table', () => {
  it('finds lines by the ids of the samples, below a heading, in any order', async () => {
    const text = 'image,x,y\nb/two.png,3,4\na/one.jpg,1,2.5\n';
    const targets = await open({ 't.csv': text }, 't.csv');
    expect(targets.map(({ shape }) => shape)).toEqual([[2], [2]]);
    expect(numbers(targets)).toEqual([
      [1, 2.5],
      [3, 4],
    ]);
  });

  it('takes lines without ids in the order of the samples, between blanks, tabs or semicolons', async () => {
    for (const between of [' ', '\t', ';']) {
      const targets = await open({ 't.txt': `1${between}2\n3${between}4` }, 't.txt');
      expect(numbers(targets)).toEqual([
        [1, 2],
        [3, 4],
      ]);
    }
  });

  it('tells numbers that name the samples of a stack from numbers that are targets', async () => {
    expect(numbers(await open({ 't.csv': '1,7\n0,8' }, 't.csv', ['0', '1']))).toEqual([[8], [7]]);
    expect(numbers(await open({ 't.csv': '1,7\n1,8' }, 't.csv', ['0', '1']))).toEqual([
      [1, 7],
      [1, 8],
    ]);
  });

  it('names all lines that are no numbers, or others than the first', async () => {
    await expect(open({ 't.csv': '1,2\n3\nx,4' }, 't.csv')).rejects.toThrow(
      /t\.csv: not a table of targets\. Correct:\n {2}- line 2: expected 2 numbers as in the first line, got 1\n {2}- line 3: expected a number, got 'x'$/,
    );
  });

  it('says how many lines are wanted, or for which sample there is none', async () => {
    await expect(open({ 't.csv': '1\n2\n3' }, 't.csv')).rejects.toThrow(
      't.csv: expected 2 targets, one a sample, got 3 lines. Give the targets that belong to these inputs',
    );
    await expect(open({ 't.csv': 'a/one.jpg,2' }, 't.csv')).rejects.toThrow(
      "t.csv: expected 2 targets, one a sample, got none for 'b/two.png'",
    );
  });
});

describe('openTargets of masks', () => {
  const mask = (values: readonly number[]) =>
    sharp(Uint8Array.from(values), { raw: { width: 3, height: 2, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
  const [one, two] = [
    [0, 1, 2, 3, 4, 255],
    [9, 8, 7, 6, 5, 4],
  ];

  it('finds a PNG of indices by the name of each sample', async () => {
    const files = { 'm/a/one.png': await mask(one!), 'm/b/two.png': await mask(two!) };
    const targets = await open(files, 'm');
    expect(targets.map(({ shape }) => shape)).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(numbers(targets)).toEqual([one, two]);
  });

  it('takes .npy masks, and the order of the names for the samples of a stack', async () => {
    const files = { 'm/x.npy': encodeNpy(npy([2, 3], one!)), 'm/y.png': await mask(two!) };
    expect(numbers(await open(files, 'm', ['0', '1']))).toEqual([one, two]);
  });

  it('names the samples that have none', async () => {
    const files = { 'm/a/one.png': await mask(one!) };
    await expect(open(files, 'm')).rejects.toThrow(
      "expected a .png or .npy for each of 2 samples, named as it is, got none for 'b/two.png'. Name the masks as the samples, whatever their extension",
    );
  });
});

describe('openTargets of objects', () => {
  const image = (id: number, file: string) => ({ id, file_name: file, width: 100, height: 50 });
  const coco = {
    images: [image(7, 'two.png'), image(3, 'a/one.jpg')],
    annotations: [
      { image_id: 3, category_id: 18, bbox: [10, 5, 20, 10] },
      { image_id: 3, category_id: 1, bbox: [0, 0, 100, 50], iscrowd: 1 },
    ],
    categories: [{ id: 18, name: 'dog' }, { id: 1 }],
  };
  const json = (value: unknown) => JSON.stringify(value);

  it('reads boxes of a COCO file as shares of the picture, classes in the order of their ids', async () => {
    const [first, second] = await open({ 't.json': json(coco) }, 't.json');
    expect(objectColumns).toEqual([
      'left',
      'top',
      'right',
      'bottom',
      'crowd',
      'ignored',
      'class',
      'id',
      'classes',
    ]);
    expect(first!.shape).toEqual([2, 9]);
    expect([...first!.data.subarray(0, 9)]).toEqual([0.1, 0.1, 0.3, 0.3, 0, 0, 1, 18, 2]);
    expect([...first!.data.subarray(9)]).toEqual([0, 0, 1, 1, 1, 0, 0, 1, 2]);
    expect(second!.shape).toEqual([0, 9]);
  });

  it('takes the order of the images for the samples of a stack', async () => {
    const [first, second] = await open({ 't.json': json(coco) }, 't.json', ['0', '1']);
    expect([first!.shape[0], second!.shape[0]]).toEqual([0, 2]);
  });

  it('says what is wrong with a COCO file, all at once', async () => {
    const annotations = [
      { image_id: 4, category_id: 18, bbox: [0, 0, 1, 1] },
      { image_id: 3, category_id: 2, bbox: [0, 0, 1, 1] },
    ];
    await expect(open({ 't.json': json({ ...coco, annotations }) }, 't.json')).rejects.toThrow(
      /t\.json: not a COCO file of objects\. Correct:\n {2}- annotations\[0\]: expected the id of an image, got 4\n {2}- annotations\[1\]: expected the id of a category, got 2$/,
    );
    await expect(open({ 't.json': json(coco) }, 't.json', ['a/one.jpg', 'c.jpg'])).rejects.toThrow(
      "expected an image for each of 2 samples, by its file_name, got none for 'c.jpg'. Give the annotations that belong to these images",
    );
  });

  it('reads boxes from arrays, in the unit that they have', async () => {
    const arrays = {
      boxes: npy([2, 4], [10, 5, 30, 15, 0, 0, 100, 50]),
      classes: npy([2], [4, 5]),
      images: npy([2], [1, 1]),
      crowd: npy([2], [0, 1]),
      size: npy([2], [100, 50]),
    };
    const [first, second] = await open({ 't.npz': encodeNpz(arrays, true) }, 't.npz');
    expect(first!.shape).toEqual([0, 9]);
    expect([...second!.data]).toEqual([0.1, 0.1, 0.3, 0.3, 0, 0, 4, 4, 0, 0, 0, 1, 1, 1, 0, 5, 5, 0]);
  });

  it('names the arrays that are not so', async () => {
    const arrays = { boxes: npy([2, 4], new Array(8).fill(0)), classes: npy([3], [1, 2, 3]) };
    await expect(open({ 't.npz': encodeNpz(arrays, false) }, 't.npz')).rejects.toThrow(
      /t\.npz: no objects of 2 samples\. Correct:\n {2}- array 'classes': expected \[2\], got \[3\]\n {2}- array 'images': expected \[2\], got none$/,
    );
  });
});
