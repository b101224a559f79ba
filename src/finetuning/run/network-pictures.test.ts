import { expect, it } from 'vitest';
import type { Dataset } from '../../data/dataset.ts';
import type { PreprocessConfig } from '../../images/preprocess.ts';
import { asNetworkReads, randomCrops } from './network-pictures.ts';

const config: PreprocessConfig = {
  resizeShorter: 6,
  interpolation: 'bilinear',
  cropHeight: 4,
  cropWidth: 4,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  channels: 3,
  scale: 1 / 255,
};

/** Two pictures of 20×12 pixels without a class: red rises to the right, green downwards, blue tells which one it is. */
const pictures: Dataset = {
  kind: 'flat-images',
  name: 'test',
  size: 2,
  labelled: false,
  id: (index) => `${index}.png`,
  sample: async (index) => {
    const data = new Uint8Array(20 * 12 * 3);
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 20; x++) data.set([10 * x, 20 * y, 100 + index], 3 * (20 * y + x));
    }
    return { kind: 'image', id: `${index}.png`, label: undefined, image: { width: 20, height: 12, data } };
  },
};

async function pixels(dataset: Dataset, index: number): Promise<Uint8Array> {
  const sample = await dataset.sample(index);
  if (sample.kind !== 'image') throw new Error('no picture');
  expect([sample.image.width, sample.image.height]).toEqual([4, 4]);
  return sample.image.data;
}

it('pictures are resized and cropped to what a network reads', async () => {
  const data = await pixels(asNetworkReads(pictures, config), 1);
  // Half the size: columns 6…13 and rows 2…9 of the picture are in the middle.
  expect([data[0], data[9], data[2]]).toEqual([65, 125, 101]);
});

it('crops are dealt out evenly, differ from each other, and depend on seed and number alone', async () => {
  const crops = randomCrops(pictures, config, 5, 3);
  expect(crops.size).toBe(5);
  expect([0, 1, 2, 3, 4].map((i) => crops.id(i))).toEqual([
    '0.png#0',
    '1.png#0',
    '0.png#1',
    '1.png#1',
    '0.png#2',
  ]);
  const shown = await Promise.all([0, 1, 2, 3, 4].map((i) => pixels(crops, i)));
  expect(shown.map((data) => data[2])).toEqual([100, 101, 100, 101, 100]);
  expect(shown[0]).not.toEqual(shown[2]);
  expect(await pixels(randomCrops(pictures, config, 3, 3), 2)).toEqual(shown[2]);
  expect(await pixels(randomCrops(pictures, config, 5, 4), 2)).not.toEqual(shown[2]);
});

it('crops show at least a quarter of the picture', async () => {
  const crops = randomCrops(pictures, config, 40, 1);
  for (let i = 0; i < 40; i++) {
    const data = await pixels(crops, i);
    const [columns, rows] = [(data[9]! - data[0]!) / 10, (data[3 * 12 + 1]! - data[1]!) / 20];
    // Between the centres of the outermost of four pixels lie three quarters of the crop.
    expect((columns * rows * 16) / 9).toBeGreaterThan(0.2 * 240);
  }
});
