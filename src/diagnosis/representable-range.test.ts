import { expect, it } from 'vitest';
import { ladderThresholds } from '../dynamics/ladder.ts';
import {
  differentialMultiThreshold,
  differentialThresholds,
} from '../neurons/differential-multi-threshold.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { representableRange } from './representable-range.ts';

const ladder = { levels: 4, base: 2, rule: 'nearest' } as const;

it.each([1e-6, 0.5, 8, 1e4, 1e9])(
  'is that of the largest levels whatever the dead zone, as for one of %f thresholds',
  (deadZone) => {
    const rate = ladderThresholds(0.25, 3, deadZone);
    expect(representableRange(multiThreshold, ladder, rate, 5)).toEqual([-8 * 3, 8 * 0.25]);
    const differential = differentialThresholds(0.25, 3, deadZone);
    expect(representableRange(differentialMultiThreshold, ladder, differential, 5)).toEqual([
      -5 * 8 * 3,
      5 * 8 * 0.25,
    ]);
  },
);
