import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import { regression } from './regression.ts';

/** Two-pass float64 figures of pairs. */
function reference(pairs: readonly (readonly [own: number, other: number])[]) {
  const mean = (of: (pair: readonly [number, number]) => number) =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  const [y, x] = [mean(([own]) => own), mean(([, other]) => other)];
  const variance = mean(([, other]) => (other - x) ** 2);
  const error = mean(([own, other]) => (own - other) ** 2);
  const covariance = mean(([own, other]) => (own - y) * (other - x));
  return {
    error: Math.sqrt(error / variance),
    r2: 1 - error / variance,
    correlation: covariance / Math.sqrt(variance * mean(([own]) => (own - y) ** 2)),
  };
}

it('measures several numbers an image one by one, and gives their mean', () => {
  const random = new Random(5);
  const images = Array.from({ length: 40 }, () => {
    const right = [random.normal() * 3 + 100, random.normal() - 7];
    const near = right.map((value) => value + 0.1 * random.normal());
    return { right, near, own: near.map((value) => value + 0.05 * random.normal()) };
  });
  const tensor = (numbers: readonly number[]) => ({ shape: [2], data: Float64Array.from(numbers) });
  const judged = images.map(({ own, near, right }) => ({
    own: regression.judge({ own: tensor(own), source: tensor(near), target: tensor(right) }),
    source: [],
  }));
  const got = regression.measure(judged);
  const columns = [0, 1].map((c) => ({
    near: reference(images.map(({ own, near }) => [own[c]!, near[c]!])),
    right: reference(images.map(({ own, right }) => [own[c]!, right[c]!])),
  }));
  const mean = (of: (column: (typeof columns)[number]) => number) => (of(columns[0]!) + of(columns[1]!)) / 2;
  expect(got.error.value).toBeCloseTo(
    mean(({ near }) => near.error),
    9,
  );
  expect(got.correlation.value).toBeCloseTo(
    mean(({ near }) => near.correlation),
    9,
  );
  expect(got.targetError.value).toBeCloseTo(
    mean(({ right }) => right.error),
    9,
  );
  expect(got.r2.value).toBeCloseTo(
    mean(({ right }) => right.r2),
    9,
  );
  expect(got.targetCorrelation.value).toBeCloseTo(
    mean(({ right }) => right.correlation),
    9,
  );
});

it('knows nothing against targets that are not there, nor against numbers that are all the same', () => {
  const scalar = (value: number) => ({ shape: [], data: Float64Array.of(value) });
  const judged = [1, 2, 3].map((y) => ({
    own: regression.judge({ own: scalar(y), source: scalar(0.3) }),
    source: [],
  }));
  expect(regression.measure(judged)).toEqual({
    error: { value: null, interval: null },
    correlation: { value: null, interval: null },
    targetError: { value: null, interval: null },
    r2: { value: null, interval: null },
    targetCorrelation: { value: null, interval: null },
  });
});
