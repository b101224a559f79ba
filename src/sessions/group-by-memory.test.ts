import { expect, it } from 'vitest';
import { groupByMemory } from './group-by-memory.ts';

it('fills groups up to 384 MiB in order and leaves what is larger alone', () => {
  const mebibytes = [200, 184, 1, 500, 383, 1];
  const groups = groupByMemory(mebibytes, (size) => size * 2 ** 20);
  expect(groups).toEqual([[200, 184], [1], [500], [383, 1]]);
  expect(groupByMemory([], () => 1)).toEqual([]);
});
