import { describe, expect, it } from 'vitest';
import { fc } from '../properties.fixture.ts';
import { sourceMetrics, stepMetrics } from './step-metrics.ts';
import { topClasses } from './top-classes.ts';
import { wilsonInterval } from './wilson-interval.ts';

describe('wilsonInterval', () => {
  it('solves the equation that defines it: the bounds are z standard errors away', () => {
    const z = 1.959963984540054;
    for (const [successes, trials] of [
      [396, 500],
      [1, 10],
      [9, 10],
    ] as const) {
      for (const bound of wilsonInterval(successes, trials)) {
        const error = Math.sqrt((bound * (1 - bound)) / trials);
        expect(Math.abs(successes / trials - bound)).toBeCloseTo(z * error, 12);
      }
    }
  });

  it('stays within [0, 1] at the extremes', () => {
    expect(wilsonInterval(0, 20)[0]).toBe(0);
    expect(wilsonInterval(20, 20)[1]).toBe(1);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});

describe('topClasses', () => {
  it('orders as a stable sort does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 40 }), (logits) => {
        const sorted = logits.map((_, c) => c).sort((a, b) => logits[b]! - logits[a]! || a - b);
        expect(topClasses(logits, 5)).toEqual(sorted.slice(0, 5));
      }),
    );
  });
});

describe('stepMetrics', () => {
  const predictions = [
    {
      id: 'a',
      label: 1,
      source: [1, 2],
      steps: [
        [2, 1],
        [1, 2],
      ],
    },
    {
      id: 'b',
      label: 2,
      source: [3, 2],
      steps: [
        [3, 4],
        [3, 2],
      ],
    },
    {
      id: 'c',
      source: [0, 1],
      steps: [
        [0, 1],
        [1, 0],
      ],
    },
  ];

  it('counts images without a label for the agreement only', () => {
    const [first, second] = stepMetrics(predictions);
    expect(first).toMatchObject({
      t: 1,
      top1: { value: 0 },
      top5: { value: 0.5 },
      agreement: { value: 2 / 3 },
    });
    expect(second).toMatchObject({
      t: 2,
      top1: { value: 0.5 },
      top5: { value: 1 },
      agreement: { value: 2 / 3 },
    });
    expect(sourceMetrics(predictions)).toMatchObject({ top1: { value: 0.5 }, top5: { value: 1 } });
  });

  it('has no accuracy without labels', () => {
    expect(sourceMetrics(predictions.slice(2))).toEqual({});
  });
});
