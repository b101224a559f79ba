import { describe, expect, test } from 'vitest';
import { oneAhead } from './one-ahead.ts';

/** Counts up to a limit, and keeps what has been made. */
async function* counting(made: (number | 'ended')[], end: () => void): AsyncGenerator<number, void> {
  try {
    for (let i = 0; i < 3; i++) {
      made.push(i);
      yield i;
    }
    end();
  } finally {
    made.push('ended');
  }
}

describe('oneAhead', () => {
  test('gives the same values in order, each made while the one before it is in use', async () => {
    const made: (number | 'ended')[] = [];
    const values: [number, number | 'ended' | undefined][] = [];
    for await (const value of oneAhead(counting(made, () => undefined))) {
      await new Promise(setImmediate);
      values.push([value, made.at(-1)]);
    }
    expect(values).toEqual([
      [0, 1],
      [1, 2],
      [2, 'ended'],
    ]);
  });

  test('throws an error of the source after the values before it', async () => {
    const values: number[] = [];
    const failing = counting([], () => {
      throw new Error('no more');
    });
    const consume = async () => {
      for await (const value of oneAhead(failing)) {
        await new Promise(setImmediate);
        values.push(value);
      }
    };
    await expect(consume()).rejects.toThrow('no more');
    expect(values).toEqual([0, 1, 2]);
  });

  test('ends the source when the consumer stops', async () => {
    const made: (number | 'ended')[] = [];
    for await (const _ of oneAhead(counting(made, () => undefined))) break;
    expect(made).toEqual([0, 1, 'ended']);
  });
});
