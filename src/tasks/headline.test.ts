import { expect, it } from 'vitest';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { headlinesOf } from './headline.ts';

const known = (value: number, low: number, high: number) => ({ value, interval: [low, high] as const });

it('has the intervals of what it is made from, turned round where it falls with that', () => {
  const figures = {
    error: known(0.2, 0.1, 0.3),
    correlation: known(0.9, 0.8, 1),
    targetError: known(1, 1, 1),
    r2: known(0.7, 0.6, 0.8),
    targetCorrelation: known(0.5, 0.4, 0.6),
  };
  const task = { name: 'regression', source: figures, steps: [figures], quantised: [] };
  const { steps, sourceInterval } = headlinesOf({
    task,
    steps: [],
    source: {},
  } as unknown as EvaluationResult);
  expect(sourceInterval).toEqual([0.6, 0.8]);
  expect(steps[0]?.qualityInterval).toEqual([0.6, 0.8]);
  expect(steps[0]?.likeness).toBeCloseTo(0.96);
  const [low, high] = steps[0]?.likenessInterval ?? [];
  expect(low).toBeCloseTo(0.91);
  expect(high).toBeCloseTo(0.99);
});
