import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

/** Finds the later items first, where all are begun at once. */
async function findings(together: boolean, stopAfter = Number.POSITIVE_INFINITY) {
  const found: number[] = [];
  const written: number[] = [];
  const find = async (item: number) => {
    for (let i = item; i < 3; i++) await Promise.resolve();
    found.push(item);
    return { value: 10 * item, write: async () => void written.push(item) };
  };
  const stopped = () => written.length >= stopAfter;
  const values = await inOrder([0, 1, 2], find, { together, stopped, onWritten: () => undefined });
  return { values, found, written };
}

test('writes findings down in the order of the items, in whatever order they are found', async () => {
  expect(await findings(true)).toEqual({ values: [0, 10, 20], found: [2, 1, 0], written: [0, 1, 2] });
  expect(await findings(false)).toEqual({ values: [0, 10, 20], found: [0, 1, 2], written: [0, 1, 2] });
});

test('is stopped between two of them', async () => {
  const { values, written } = await findings(false, 2);
  expect([values, written]).toEqual([undefined, [0, 1]]);
});
