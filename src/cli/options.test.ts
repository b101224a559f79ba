import { describe, expect, it } from 'vitest';
import { probability } from './options.ts';

describe('probability', () => {
  it('takes numbers from 0 to 1', () => {
    expect(['0', '0.9', '1'].map(probability)).toEqual([0, 0.9, 1]);
  });

  it.each(['', '1.1', '-0.1', 'high'])("refuses '%s'", (text) => {
    expect(() => probability(text)).toThrow(
      `expected a number from 0 to 1, got '${text}'. Give for example 0.9.`,
    );
  });
});
