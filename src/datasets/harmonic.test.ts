import { describe, expect, it } from 'vitest';
import type { TensorSample } from '../data/dataset.ts';
import { openDataset } from '../opening/open-dataset.ts';

async function samples(address: string, count: number): Promise<TensorSample[]> {
  const dataset = await openDataset(address);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => (await dataset.sample(i)) as TensorSample),
  );
}

describe('harmonic', () => {
  it('opens by its address, with defaults and with settings', async () => {
    const test = await openDataset('harmonic');
    expect([test.kind, test.size, test.labelled, test.endless, test.id(3)]).toEqual([
      'harmonic',
      2000,
      false,
      true,
      'test/3',
    ]);
    expect((await openDataset('harmonic:train')).size).toBe(100_000);
    const [plane] = await samples('harmonic:test,sensors=4x3,grid=8x6,sources=2,snr=5..25,size=10', 1);
    expect([plane!.tensor.shape, plane!.target!.shape]).toEqual([
      [2, 4, 3],
      [2, 8, 6],
    ]);
    expect(plane!.target!.data.filter((x) => x !== 0)).toHaveLength(4);
    const [cube] = await samples('harmonic:test,sensors=2x2x2', 1).catch(() => []);
    expect(cube).toBeUndefined();
    expect((await samples('harmonic:test,sensors=2x2x3,sources=1', 1))[0]!.target!.shape).toEqual([
      2, 4, 4, 6,
    ]);
  });

  it('makes samples that depend on seed, split and index only, also beyond the size', async () => {
    const [few, many] = [await samples('harmonic:test,size=5', 5), await samples('harmonic:test,size=50', 5)];
    expect(few).toEqual(many);
    expect(await samples('harmonic:train', 5)).not.toEqual(few);
    expect(await samples('harmonic:test,seed=1', 5)).not.toEqual(few);
    const [small, large] = [
      await openDataset('harmonic:test,size=5'),
      await openDataset('harmonic:test,size=50'),
    ];
    expect(await small.sample(20)).toEqual(await large.sample(20));
  });

  it('says everything that is wrong with an address', async () => {
    await expect(openDataset('harmonic:val?size=0&snr=a..3&noise=3')).rejects.toThrow(
      "harmonic:val?size=0&snr=a..3&noise=3: expected harmonic:train or harmonic:test, with size, seed, sensors, grid, sources, separation, close, magnitudes, snr if wanted, got snr 'a..3', size '0', split 'val', setting 'noise'. Write, for example, 'harmonic:test,sensors=8x8,grid=16x16,sources=1..3,snr=5..25,size=500'.",
    );
    await expect(openDataset('harmonic:test,sensors=8,sources=1..20')).rejects.toThrow(
      '20 sources, where the array resolves 4 at most',
    );
  });
});
