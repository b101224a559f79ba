import { expect, test } from 'vitest';
import type { InputTensor } from '../graph/input-batch.ts';
import { BatchMemory } from './batch-memory.ts';

test('copies batches of any size into the same memory, and allocates for larger ones only', () => {
  const allocated: number[] = [];
  const memory = new BatchMemory((bytes) => {
    allocated.push(bytes);
    return new SharedArrayBuffer(bytes);
  });
  const copies = [[1, 2, 3], [4], [5, 6, 7, 8]].map((numbers) => {
    const { shape, data } = memory.copy({
      shape: [numbers.length],
      data: Float32Array.from(numbers),
    }) as InputTensor<Float32Array>;
    return { shape, numbers: [...data], shared: data.buffer instanceof SharedArrayBuffer };
  });
  expect(copies).toEqual([
    { shape: [3], numbers: [1, 2, 3], shared: true },
    { shape: [1], numbers: [4], shared: true },
    { shape: [4], numbers: [5, 6, 7, 8], shared: true },
  ]);
  expect(allocated).toEqual([12, 16]);
});

test('copies several inputs of any element type beside each other', () => {
  const memory = new BatchMemory((bytes) => new ArrayBuffer(bytes));
  const batch = {
    inputs: {
      mask: { shape: [3], data: Uint8Array.of(1, 1, 0) },
      ids: { shape: [1, 2], data: BigInt64Array.of(5n, -6n) },
      scale: { shape: [], data: Float64Array.of(0.1) },
    },
    shared: ['scale'],
  };
  expect(memory.copy(batch)).toEqual(batch);
});
