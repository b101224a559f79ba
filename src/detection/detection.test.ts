import { describe, expect, it } from 'vitest';
import type { Box } from './box.ts';
import type { Detection, TrueObject } from './detection.ts';
import { meanAveragePrecision } from './mean-average-precision.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';

const seen = (box: Box, score: number, name = 0): Detection => ({ box, score, class: name });
const there = (box: Box, rest: Partial<TrueObject> = {}): TrueObject => ({ box, class: 0, ...rest });
/** A square of 10 at a place that no other one touches. */
const square = (place: number): Box => [20 * place, 0, 20 * place + 10, 10];
const precision = (detections: Detection[], truth: TrueObject[], options = {}) =>
  meanAveragePrecision([{ detections, truth }], options);

describe('meanAveragePrecision', () => {
  it('reads precision at 101 levels of recall from its envelope', () => {
    // Right, wrong, right of 3: precision 1 up to recall 1/3 (34 levels), 2/3 up to 2/3 (33 levels), then nothing.
    const detections = [seen(square(0), 0.9), seen(square(9), 0.8), seen(square(1), 0.7)];
    const { mean, byOverlap } = precision(
      detections,
      [0, 1, 2].map((place) => there(square(place))),
    );
    expect(mean).toBeCloseTo((34 + 33 * (2 / 3)) / 101, 12);
    expect(byOverlap).toHaveLength(10);
  });

  it('counts a second detection of an object as wrong', () => {
    const detections = [seen(square(0), 0.9), seen(square(0), 0.8), seen(square(1), 0.7)];
    const { mean } = precision(detections, [there(square(0)), there(square(1))]);
    expect(mean).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
  });

  it('is right up to the overlap that there is: two thirds are four of ten', () => {
    const { mean, byOverlap } = precision([seen([2, 0, 12, 10], 0.5)], [there([0, 0, 10, 10])]);
    expect(mean).toBeCloseTo(0.4, 12);
    expect(byOverlap).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('lets a detection take the object that it overlaps most', () => {
    const objects = [there([0, 0, 10, 10]), there([0, 0, 10, 8])];
    const detections = [seen([0, 0, 10, 8], 0.9), seen([0, 0, 10, 10], 0.8)];
    expect(precision(detections, objects).mean).toBe(1);
  });

  it('lets any number of detections lie in a crowd, and counts none of them', () => {
    const crowd = there([0, 0, 100, 100], { crowd: true });
    const inside = [seen([1, 1, 9, 9], 0.95), seen([2, 2, 9, 9], 0.94)];
    const object = there([200, 0, 210, 10]);
    expect(precision([...inside, seen(object.box, 0.5)], [crowd, object]).mean).toBe(1);
    expect(precision(inside, [crowd]).mean).toBeNull();
  });

  it('lets an ignored object be found once, and prefers one that counts', () => {
    const box: Box = [0, 0, 10, 10];
    const truth = [there(box, { ignored: true }), there([0, 0, 10, 9])];
    // The second one takes the ignored object; the third finds nothing left and is wrong, after the recall is full.
    expect(precision([seen(box, 0.9), seen(box, 0.8), seen(box, 0.7)], truth, { overlaps: [0.5] }).mean).toBe(
      1,
    );
    const late = [seen(box, 0.9), seen(box, 0.8)];
    const only = [there(box, { ignored: true }), there(square(5))];
    expect(precision([...late, seen(square(5), 0.1)], only, { overlaps: [0.5] }).mean).toBe(0.5);
  });

  it('counts neither objects outside a range of areas nor detections there that find nothing', () => {
    const large = there([0, 0, 50, 50]);
    const small = there([100, 0, 105, 5]);
    const detections = [seen([300, 0, 350, 50], 0.9), seen(large.box, 0.8), seen(small.box, 0.7)];
    expect(precision(detections, [large, small], { areas: [0, 100] }).mean).toBe(1);
    expect(precision(detections, [large, small], { areas: [1000, 1e5] }).mean).toBe(0.5);
  });

  it('averages over the classes that are there, and knows nothing without an object', () => {
    const truth = [there(square(0)), { ...there(square(1)), class: 4 }];
    const { mean, byClass } = precision([seen(square(0), 0.5), seen(square(2), 0.9, 7)], truth);
    expect(mean).toBe(0.5);
    expect([...byClass]).toEqual([
      [0, 1],
      [4, 0],
    ]);
    expect(precision([seen(square(0), 1)], []).mean).toBeNull();
  });

  it('looks at the best hundred detections of a class in an image', () => {
    const wrong = Array.from({ length: 100 }, (_, i) => seen(square(i + 1), 1 - i / 1000));
    expect(precision([...wrong, seen(square(0), 0.1)], [there(square(0))]).mean).toBe(0);
    expect(precision([...wrong.slice(1), seen(square(0), 0.1)], [there(square(0))]).mean).toBeCloseTo(
      0.01,
      12,
    );
  });
});

describe('suppressOverlaps', () => {
  it('keeps the best of those that overlap, class by class', () => {
    const all = [
      seen([0, 0, 10, 10], 0.5),
      seen([1, 0, 11, 10], 0.9),
      seen([1, 0, 11, 10], 0.8, 1),
      seen([9, 0, 19, 10], 0.4),
    ];
    expect(suppressOverlaps(all, 0.5)).toEqual([1, 2, 3]);
  });

  it('keeps boxes that overlap by no more than the threshold', () => {
    const half = [seen([0, 0, 10, 10], 0.9), seen([0, 0, 10, 5], 0.8)];
    expect(suppressOverlaps(half, 0.5)).toEqual([0, 1]);
    expect(suppressOverlaps(half, 0.49)).toEqual([0]);
  });
});
