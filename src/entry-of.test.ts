import { describe, expect, it } from 'vitest';
import { entryOf } from './entry-of.ts';

describe('entryOf', () => {
  it('gives the value, a falsy one too', () => {
    expect(entryOf(new Map([['a', 0]]), 'a')).toBe(0);
  });

  it('names the key that is missing, and what there is', () => {
    expect(() => entryOf(new Map([['a', 1]]), 'b')).toThrow("no entry 'b' in a map of 1: a…");
  });
});
