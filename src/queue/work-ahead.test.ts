import { expect, test } from 'vitest';
import { workAhead } from './work-ahead.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i;
}

test('works on as many items at a time as is wanted at the moment, and on each once', async () => {
  const done: number[] = [];
  let [underWay, wanted, largest] = [0, 1, 0];
  await workAhead(
    numbers(20),
    () => wanted,
    async (item) => {
      largest = Math.max(largest, ++underWay);
      expect(underWay).toBeLessThanOrEqual(wanted);
      await new Promise(setImmediate);
      underWay--;
      done.push(item);
      if (item === 5) wanted = 4;
    },
  );
  expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(largest).toBe(4);
});

test('after an error nothing is begun, and what is under way ends first', async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    await new Promise(setImmediate);
    if (item === 1) throw new Error('item 1 is broken');
    await new Promise(setImmediate);
    ended.push(item);
  };
  await expect(workAhead(numbers(9), () => 3, work)).rejects.toThrow('item 1 is broken');
  expect(ended).toEqual([0, 2]);
});

test('an error of the source is one, too', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1;
    throw new Error('the disk is gone');
  }
  await expect(
    workAhead(
      broken(),
      () => 2,
      async () => undefined,
    ),
  ).rejects.toThrow('the disk is gone');
});
