import { describe, expect, it } from 'vitest';
import { type TuningPoint, tuningPointSchema } from '../../results/tuning-entry.ts';
import { onsetOf, schedulesUpTo } from './firing-schedule.ts';
import { payingRange } from './paying-range.ts';
import { choosePoint } from './tuning-goal.ts';
import { dropOf, paretoFrontier } from './tuning-point.ts';

function point(
  ecmtRatio: number,
  divergence: number,
  drop: number,
  labelled = true,
  fullRatio: number | null = null,
): TuningPoint {
  return {
    target: 0.3,
    schedule: { steps: 2, window: 1 },
    lambda: 1,
    biasCorrected: false,
    predicted: { divergence, ecmtRatio },
    measured: {
      images: 100,
      calibrated: 0,
      divergence,
      agreement: 1 - drop / 100,
      top1: labelled ? 0.8 - drop / 100 : null,
      sourceTop1: labelled ? 0.8 : null,
      ecmtRatio,
      fullRatio,
    },
  };
}

const points = [
  point(0.3, 0.1, 1),
  point(0.2, 0.4, 4),
  point(0.4, 0.2, 2),
  point(0.45, 0.05, 0.5),
  point(0.21, 0.3, 3),
];

describe('paretoFrontier', () => {
  it('keeps what nothing beats in both energy and divergence, cheapest first', () => {
    expect(paretoFrontier(points)).toEqual([points[1], points[4], points[0], points[3]]);
  });
});

describe('choosePoint', () => {
  it('takes the best within the energy, the cheapest within the accuracy', () => {
    expect(choosePoint({ kind: 'energy', ecmtRatio: 0.44 }, points)).toEqual({
      point: points[0],
      reached: true,
    });
    expect(choosePoint({ kind: 'accuracy-drop', points: 3.5 }, points)).toEqual({
      point: points[4],
      reached: true,
    });
    expect(choosePoint({ kind: 'frontier' }, points).point).toBe(points[0]);
  });

  it('says so when nothing is good enough, and gives what comes nearest', () => {
    expect(choosePoint({ kind: 'energy', ecmtRatio: 0.1 }, points)).toEqual({
      point: points[1],
      reached: false,
    });
    expect(choosePoint({ kind: 'accuracy-drop', points: 0.1 }, points)).toEqual({
      point: points[3],
      reached: false,
    });
  });
});

describe('payingRange', () => {
  const priced = (...ratios: (number | null)[]) =>
    payingRange(ratios.map((fullRatio, i) => point((i + 1) / 10, 1, 1, true, fullRatio)));
  const end = (ecmtRatio: number, fullRatio: number) => ({ T: 2, ecmtRatio, fullRatio });
  const device = '45nm-fp32';

  it('ends after the dearest point that costs less than the source network by the full estimate', () => {
    expect(priced(0.5, 0.9, 1.2, 1.4)).toEqual({ device, last: end(0.2, 0.9), stops: end(0.3, 1.2) });
    expect(priced(1.1, 0.9, null, 1)).toEqual({ device, last: end(0.2, 0.9), stops: end(0.4, 1) });
  });

  it('has one end where all points pay, or none', () => {
    expect(priced(0.5, 0.9)).toEqual({ device, last: end(0.2, 0.9), stops: null });
    expect(priced(1.5, 1.9)).toEqual({ device, last: null, stops: end(0.1, 1.5) });
  });

  it('says nothing about points of earlier versions, which journals still hold', () => {
    const { fullRatio: _, ...measured } = point(0.3, 0.1, 1).measured;
    const old = tuningPointSchema.parse({ ...point(0.3, 0.1, 1), measured });
    expect(old.measured.fullRatio).toBeNull();
    expect(payingRange([old])).toBeUndefined();
  });
});

describe('dropOf', () => {
  it('counts changed decisions where there are no labels', () => {
    expect(dropOf(point(0.3, 0.1, 2))).toBeCloseTo(2, 9);
    expect(dropOf(point(0.3, 0.1, 5, false))).toBeCloseTo(5, 9);
  });
});

describe('schedules', () => {
  it('start deeper sites later, all in time for their window', () => {
    expect(schedulesUpTo(2)).toEqual([
      { steps: 1, window: 1 },
      { steps: 2, window: 1 },
      { steps: 2, window: 2 },
    ]);
    const starts = (steps: number, window: number) =>
      [0, 0.3, 0.5, 0.7, 0.99].map((depth) => onsetOf({ steps, window }, depth));
    expect(starts(4, 2)).toEqual([1, 1, 2, 3, 3]);
    expect(starts(4, 4)).toEqual([1, 1, 1, 1, 1]);
    expect(starts(2, 1)).toEqual([1, 1, 2, 2, 2]);
  });
});
