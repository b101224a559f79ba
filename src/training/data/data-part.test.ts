import { expect, it } from 'vitest';
import { holdBack } from './data-part.ts';
import type { TrainingData } from './training-data.ts';

const data: TrainingData = {
  labelled: true,
  size: 20,
  channels: 1,
  height: 1,
  width: 1,
  classes: 20,
  classNames: undefined,
  sample: async (label) => ({ pixels: Uint8Array.of(label, label, label), label }),
};

it('holds back the same share of the samples for the same seed, and keeps the others', async () => {
  const labels = (of: TrainingData) =>
    Promise.all(Array.from({ length: of.size }, async (_, i) => (await of.sample(i)).label ?? -1));
  const [rest, held] = holdBack(data, 0.25, 3);
  expect([rest.size, held.size]).toEqual([15, 5]);
  const all = [...(await labels(rest)), ...(await labels(held))];
  expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(await labels(holdBack(data, 0.25, 3)[1])).toEqual(await labels(held));
  expect(await labels(holdBack(data, 0.25, 4)[1])).not.toEqual(await labels(held));
});
