import { describe, expect, it } from 'vitest';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import { axisRange } from './axis-range.ts';
import { evaluationTiles } from './evaluation-tiles.ts';
import { evaluationTitle } from './evaluation-title.ts';
import { energy } from './format.ts';

const step = (t: number, top1: number | null) => ({
  t,
  top1,
  top1Interval: top1 === null ? null : ([top1 - 0.01, top1] as const),
  agreement: 0.5 + t / 100,
  agreementInterval: [0.5, 0.6] as const,
  energy: { ecmtRatio: t / 5, full: [] },
});

const of = (...top1: (number | null)[]) =>
  ({
    images: 500,
    seen: null,
    source: { top1: top1[0] === null ? null : 0.99, top1Interval: [0.98, 1] },
    steps: top1.map((value, i) => step(i + 1, value)),
    quantised: null,
    windows: null,
    energy: null,
  }) as unknown as EvaluationResult;

const title = (result: EvaluationResult) => evaluationTitle({ name: 'net', result });

describe('the headline of an evaluation', () => {
  it('gives the best step, the earliest of equals', () => {
    expect(title(of(0.9, 0.994, 0.98, 0.994))).toBe(
      'net: 99.4 % right at T = 2, 0.4 points above its source network',
    );
  });

  it('goes by agreement without labels', () => {
    expect(title(of(null, null))).toBe('net: 52.0 % agreement with its source network at T = 2');
  });

  it('tells how long a run lasts where neurons spike once', () => {
    const tiles = evaluationTiles({ ...of(0.9, 0.994), windows: 8 }).map(({ value, text }) => [
      String(value).replace(/<[^>]*>/g, ''),
      text,
    ]);
    expect(tiles).toContainEqual(['16 slots', 'latency at T = 2: 8 windows of 2 slots']);
  });

  it('has its numbers below, and says that the step was chosen', () => {
    const tiles = evaluationTiles(of(0.9, 0.994, 0.98)).map(({ value, text }) => [
      String(value).replace(/<[^>]*>/g, ''),
      text,
    ]);
    expect(tiles).toEqual([
      ['500', 'images'],
      ['99.0 %', 'top-1 of the source network (98.0–100.0)'],
      ['99.4 %', 'top-1 at T = 2, the best of 3 steps (98.4–99.4)'],
      ['52.0 %', 'agreement at T = 2 (50.0–60.0)'],
      ['0.400', 'energy ratio at T = 2 by ECMT’s count (estimate)'],
    ]);
  });
});

it('axes of percentages end at 100', () => {
  expect(axisRange([97, 99.5])[1]).toBe(100);
  expect(axisRange([40, 60])[1]).toBeCloseTo(62.4);
});

it.each([
  [13_000_000, '13 mJ'],
  [13_000, '13 µJ'],
  [0.0123, '12.3 pJ'],
  [2.5e9, '2.5 J'],
])('%d nJ are %s', (nanojoules, text) => {
  expect(energy(nanojoules)).toBe(text);
});
