import { describe, expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { augmentationSchema, drawPictureMap, identityMap } from './augmentation.ts';
import { BatchLoader } from './batch-loader.ts';
import type { TrainingData } from './training-data.ts';

/** Colour pictures of 4×5 pixels whose bytes tell sample, place and channel. */
const data: TrainingData = {
  size: 7,
  channels: 3,
  height: 4,
  width: 5,
  classes: 3,
  classNames: undefined,
  labelled: true,
  sample: async (index) => ({
    pixels: Uint8Array.from({ length: 60 }, (_, i) => 60 * (index % 4) + i),
    label: index % 3,
  }),
};
const plain = augmentationSchema.parse({});
const normalisation = { mean: [0, 0.5, 0.5], std: [1, 0.5, 0.25] };

describe('BatchLoader', () => {
  it('puts channels into planes, normalised, and labels into smoothed shares', async () => {
    const loader = new BatchLoader(data, 2, normalisation);
    await loader.loadTraining(Uint32Array.of(1, 5), {
      augmentation: plain,
      smoothing: 0.3,
      seed: 0,
      epoch: 0,
    });
    const byte = (sample: number, place: number, channel: number) => 60 * (sample % 4) + 3 * place + channel;
    for (const [row, sample] of [1, 5].entries()) {
      for (let place = 0; place < 20; place++) {
        const values = [0, 1, 2].map((channel) => loader.inputs[(row * 3 + channel) * 20 + place]!);
        expect(values[0]).toBeCloseTo(byte(sample, place, 0) / 255, 6);
        expect(values[1]).toBeCloseTo((byte(sample, place, 1) / 255 - 0.5) / 0.5, 5);
        expect(values[2]).toBeCloseTo((byte(sample, place, 2) / 255 - 0.5) / 0.25, 5);
      }
    }
    for (const [i, share] of [0.1, 0.8, 0.1, 0.1, 0.1, 0.8].entries()) {
      expect(loader.targets[i]).toBeCloseTo(share, 6);
    }
  });

  it('fills the rest of the last test batch with zeros', async () => {
    const loader = new BatchLoader(data, 4, normalisation);
    expect(loader.wholeBatches).toBe(1);
    expect(await loader.loadTest(0)).toBe(4);
    expect(await loader.loadTest(4)).toBe(3);
    expect([...loader.targets]).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect(loader.inputs.subarray(180).every((value) => value === 0)).toBe(true);
  });

  it('leaves open what pictures without a class are', async () => {
    const unlabelled = {
      ...data,
      labelled: false,
      sample: async (index: number) => ({ ...(await data.sample(index)), label: undefined }),
    };
    const loader = new BatchLoader(unlabelled, 2, normalisation);
    await loader.loadTraining(Uint32Array.of(1, 5), {
      augmentation: plain,
      smoothing: 0.3,
      seed: 0,
      epoch: 0,
    });
    const third = Math.fround(1 / 3);
    expect([...loader.targets]).toEqual(new Array(6).fill(third));
    expect(await loader.loadTest(6)).toBe(1);
    expect([...loader.targets]).toEqual([third, third, third, 0, 0, 0]);
  });

  it('orders and augments by seed, epoch and sample, whatever came before', async () => {
    expect(BatchLoader.order(100, 1, 2)).toEqual(BatchLoader.order(100, 1, 2));
    expect(BatchLoader.order(100, 1, 2)).not.toEqual(BatchLoader.order(100, 1, 3));
    const augmentation = augmentationSchema.parse({
      shift: 1,
      flip: true,
      rotate: 30,
      scale: 0.2,
      cutout: 2,
    });
    const inputs = async (indices: number[], epoch: number) => {
      const loader = new BatchLoader(data, 2, normalisation);
      await loader.loadTraining(Uint32Array.from(indices), { augmentation, smoothing: 0, seed: 9, epoch });
      return [...loader.inputs];
    };
    const [first, second] = [await inputs([3, 6], 1), await inputs([6, 3], 1)];
    expect(first.slice(0, 60)).toEqual(second.slice(60));
    expect(await inputs([3, 6], 2)).not.toEqual(first);
  });
});

describe('drawPictureMap', () => {
  const draw = (settings: object, seed = 1, side = 8) => {
    const target = new Int32Array(side * side);
    drawPictureMap(target, side, side, augmentationSchema.parse(settings), new Random(seed));
    return target;
  };

  it('is the identity without settings', () => {
    expect(draw({})).toEqual(identityMap(8, 8));
  });

  it('moves by at most the shift, and brings in black', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const map = draw({ shift: 1 }, seed);
      const centre = map[3 * 8 + 3]!;
      const [dx, dy] = [(centre % 8) - 3, Math.floor(centre / 8) - 3];
      seen.add(`${dx},${dy}`);
      expect(Math.max(Math.abs(dx), Math.abs(dy))).toBeLessThanOrEqual(1);
      const black = map.filter((source) => source === -1).length;
      expect(black).toBe(64 - (8 - Math.abs(dx)) * (8 - Math.abs(dy)));
    }
    expect(seen.size).toBe(9);
  });

  it('mirrors half of the pictures', () => {
    const mirrored = Int32Array.from({ length: 64 }, (_, i) => i - (i % 8) + 7 - (i % 8));
    const maps = Array.from({ length: 200 }, (_, seed) => draw({ flip: true }, seed));
    const count = maps.filter((map) => map.join() === mirrored.join()).length;
    expect(count).toBeGreaterThan(70);
    expect(count).toBeLessThan(130);
    expect(maps.filter((map) => map.join() === identityMap(8, 8).join()).length).toBe(200 - count);
  });

  it('cuts out a square', () => {
    const cut = draw({ cutout: 4 }, 3).filter((source) => source === -2).length;
    expect(cut).toBeGreaterThanOrEqual(4);
    expect(cut).toBeLessThanOrEqual(16);
  });

  it('rotates by a right angle exactly', () => {
    const target = new Int32Array(9);
    const lowest = { uniform: (low: number) => low, integer: () => 0, chance: () => false };
    const settings = augmentationSchema.parse({ rotate: 90 });
    drawPictureMap(target, 3, 3, settings, lowest as unknown as Random);
    expect([...target]).toEqual([2, 5, 8, 1, 4, 7, 0, 3, 6]);
  });
});
