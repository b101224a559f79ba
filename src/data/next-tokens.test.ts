import { describe, expect, it } from 'vitest';
import { countTokens, nextTokens } from './next-tokens.ts';

const info = (name: string) => ({ name, dataType: 'int64' as const, shape: [undefined, undefined] });
const inputs = {
  ids: info('ids'),
  mask: info('mask'),
  types: undefined,
  positions: undefined,
  vocabulary: 9,
};
const ids = { shape: [2, 3], data: BigInt64Array.of(5n, 6n, 7n, 8n, 4n, 0n) };
const mask = { shape: [2, 3], data: BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n) };

describe('what follows in a batch of texts', () => {
  it('is the next token, and nothing at padding and at the last one', () => {
    expect(nextTokens({ inputs: { ids, mask } }, inputs)).toEqual([
      { shape: [3], data: Float32Array.of(6, 7, -1) },
      { shape: [3], data: Float32Array.of(4, -1, -1) },
    ]);
  });

  it('takes every token for one where there is no mask', () => {
    expect(nextTokens(ids, { ...inputs, mask: undefined })[1]!.data).toEqual(Float32Array.of(4, 0, -1));
    expect(countTokens(ids, { ...inputs, mask: undefined })).toBe(6);
  });

  it('counts tokens without padding', () => {
    expect(countTokens({ inputs: { ids, mask } }, inputs)).toBe(5);
  });
});
