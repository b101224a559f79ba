import { expect, test } from 'vitest';
import { BatchMemory } from './batch-memory.ts';

test('copies batches of any size into the same memory, and allocates for larger ones only', () => {
  const allocated: number[] = [];
  const memory = new BatchMemory((bytes) => {
    allocated.push(bytes);
    return new SharedArrayBuffer(bytes);
  });
  const copies = [[1, 2, 3], [4], [5, 6, 7, 8]].map((numbers) => {
    const { shape, data } = memory.copy({ shape: [numbers.length], data: Float32Array.from(numbers) });
    return { shape, numbers: [...data], shared: data.buffer instanceof SharedArrayBuffer };
  });
  expect(copies).toEqual([
    { shape: [3], numbers: [1, 2, 3], shared: true },
    { shape: [1], numbers: [4], shared: true },
    { shape: [4], numbers: [5, 6, 7, 8], shared: true },
  ]);
  expect(allocated).toEqual([12, 16]);
});
