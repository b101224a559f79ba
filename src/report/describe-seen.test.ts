import { expect, it } from 'vitest';
import type { ComparisonEntry } from '../results/comparison-result.ts';
import { describeSeen, describeSeenByAll } from './describe-seen.ts';

const end = ': on images that it has not met before a network is likely worse';

it('says how many of the images a network has met before, and for what', () => {
  expect(describeSeen({ images: 40, seen: { calibration: 8, selection: 0 } })).toBe(
    `calibrated on 8 of these 40 images${end}`,
  );
  expect(describeSeen({ images: 1200, seen: { calibration: 8, selection: 1192 } })).toBe(
    `calibrated on 8 of these 1,200 images and chosen among others on 1,192 of these 1,200 images${end}`,
  );
  expect(describeSeen({ images: 3, seen: { calibration: 3, selection: 0 } })).toBe(
    `calibrated on all of these 3 images${end}`,
  );
});

it('says nothing where there are none, or the network does not say', () => {
  expect(describeSeen({ images: 40, seen: { calibration: 0, selection: 0 } })).toBeUndefined();
  expect(describeSeen({ images: 40, seen: null })).toBeUndefined();
});

it('says the same of several networks once, and different things of each', () => {
  const entry = (name: string, calibration: number) =>
    ({ name, result: { images: 4, seen: { calibration, selection: 0 } } }) as ComparisonEntry;
  expect(describeSeenByAll([entry('ecmt', 2), entry('rate', 2)])).toEqual([
    `calibrated on 2 of these 4 images${end}`,
  ]);
  expect(describeSeenByAll([entry('ecmt', 2), entry('rate', 0)])).toEqual([
    `ecmt: calibrated on 2 of these 4 images${end}`,
  ]);
  expect(describeSeenByAll([])).toEqual([]);
});
