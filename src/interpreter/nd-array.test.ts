import { describe, expect, test } from 'vitest';
import { Tensor } from '../graph/tensor.ts';
import {
  broadcastBinary,
  broadcastShapes,
  broadcastTo,
  fromTensor,
  integers,
  ndArray,
  offsetsOf,
  scalar,
  stridedCopy,
  stridesOf,
} from './nd-array.ts';

test('an array whose elements do not fit its shape is refused', () => {
  expect(() => ndArray([2, 3], [1, 2])).toThrow(
    'array [2,3]: expected 6 elements, got 2. Give as many numbers as the shape asks for.',
  );
});

describe('a tensor', () => {
  test('keeps its shape and becomes float64', () => {
    expect(fromTensor(Tensor.float32([2, 1], [0.5, -3]))).toEqual(ndArray([2, 1], [0.5, -3]));
    expect(fromTensor(Tensor.float64([], [0.1]))).toEqual(scalar(0.1));
  });

  test('of integers is clamped to what float64 holds exactly', () => {
    const extremes = Tensor.int64([3], [2 ** 63, -(2 ** 63), 7]);
    expect(fromTensor(extremes)).toEqual(integers([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 7]));
  });

  test('of booleans is an array of 0 and 1', () => {
    const bools = new Tensor('bool', [2], { kind: 'memory', bytes: Uint8Array.of(1, 0) });
    expect(fromTensor(bools)).toEqual(ndArray([2], [1, 0], 'bool'));
  });
});

test('strides and offsets are row-major', () => {
  expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
  expect([...offsetsOf([2, 3], [1, 10], 100)]).toEqual([100, 110, 120, 101, 111, 121]);
  expect([...offsetsOf([], [], 5)]).toEqual([5]);
  expect([...offsetsOf([2, 0], [1, 1])]).toEqual([]);
});

test('a strided copy transposes, repeats and reverses', () => {
  const data = Float64Array.of(1, 2, 3, 4, 5, 6);
  expect([...stridedCopy(data, [3, 2], [1, 3])]).toEqual([1, 4, 2, 5, 3, 6]);
  expect([...stridedCopy(data, [2, 3], [0, 1])]).toEqual([1, 2, 3, 1, 2, 3]);
  expect([...stridedCopy(data, [3], [-2], 5)]).toEqual([6, 4, 2]);
});

describe('broadcasting', () => {
  test('aligns shapes at the end', () => {
    expect(broadcastShapes([[2, 1, 4], [3, 1], []])).toEqual([2, 3, 4]);
    expect(broadcastShapes([[0], [1]])).toEqual([0]);
    expect(broadcastTo(ndArray([2, 1], [1, 2]), [2, 3])).toEqual(ndArray([2, 3], [1, 1, 1, 2, 2, 2]));
  });

  test('combines each pair of elements', () => {
    const sum = broadcastBinary(ndArray([2, 1], [10, 20]), ndArray([3], [1, 2, 3]), (x, y) => x + y, 'float');
    expect(sum).toEqual(ndArray([2, 3], [11, 12, 13, 21, 22, 23]));
  });

  test('refuses shapes that do not fit', () => {
    const message =
      'place: expected shapes that broadcast to a common one, got [2] and [3]. Check the shapes of the inputs given to the model.';
    expect(() => broadcastShapes([[2], [3]], 'place')).toThrow(message);
    expect(() => broadcastTo(ndArray([2], [1, 2]), [2, 1])).toThrow('broadcast to a common one');
  });
});
