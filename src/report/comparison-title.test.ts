import { expect, it } from 'vitest';
import type { Comparison, ComparisonEntry } from '../results/comparison-result.ts';
import { comparisonTitle } from './comparison-title.ts';

const entry = (name: string, top1: number | null, agreement = 0.5) =>
  ({
    name,
    folder: name,
    result: { images: 24, source: { top1 }, quantised: null, steps: new Array(4).fill({ top1, agreement }) },
  }) as unknown as ComparisonEntry;

const difference = (first: string, second: string, p: number, agreement = 1) => ({
  first,
  second,
  images: 24,
  top1: { onlyFirst: 0, onlySecond: 0, p },
  agreement: { onlyFirst: 0, onlySecond: 0, p: agreement },
});

const titleOf = (entries: ComparisonEntry[], differences: Comparison['differences'] = []) =>
  comparisonTitle({ kind: 'comparison', entries, differences }).replaceAll('\u00a0', ' ');

const [a, b, c] = [entry('a', 0.75), entry('b', 0.7), entry('c', 0.1)];

it('admits that a lead may be chance', () => {
  expect(titleOf([a, b], [difference('a', 'b', 0.3)])).toBe(
    'a (75.0 % right) and b (70.0 % right) are not told apart on 24 images',
  );
});

it('names the best where it is told apart from all, and those that it is not told apart from', () => {
  expect(titleOf([b, a], [difference('b', 'a', 0.01)])).toBe('a is best at T = 4, 75.0 % right');
  expect(
    titleOf([a, b, c], [difference('a', 'b', 0.3), difference('a', 'c', 1e-6), difference('b', 'c', 1e-6)]),
  ).toBe('a is best at T = 4, 75.0 % right, not told apart from b on 24 images');
});

it('asks more of each test where there are several', () => {
  const among = [difference('a', 'b', 0.03), difference('a', 'c', 1e-6)];
  expect(titleOf([a, b], among)).toBe('a is best at T = 4, 75.0 % right');
  expect(titleOf([a, b, c], among)).toContain('not told apart from b');
});

it('goes by agreement without labels', () => {
  const unlabelled = [entry('a', null, 0.9), entry('b', null, 0.8)];
  const found = {
    ...difference('a', 'b', 1),
    top1: null,
    agreement: { onlyFirst: 9, onlySecond: 0, p: 0.004 },
  };
  expect(titleOf(unlabelled, [found])).toBe('a is best at T = 4, 90.0 % agreement');
});

it('takes networks that were not tested, as in older runs, for different', () => {
  expect(titleOf([a, b])).toBe('a is best at T = 4, 75.0 % right');
});
