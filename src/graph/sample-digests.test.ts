import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { joinSamples, sliceSamples } from './input-batch.ts';
import { sampleDigests } from './sample-digests.ts';

const random = new Random(7);
const batch = {
  shape: [40, 3, 5],
  data: Float32Array.from({ length: 600 }, () => random.uniform(-1, 1)),
};

describe('sampleDigests', () => {
  it('tells samples by their numbers, whatever batch they are in', () => {
    const digests = sampleDigests(batch);
    expect(digests).toHaveLength(40);
    expect(new Set(digests).size).toBe(40);
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{16}$/);
    const shuffled = joinSamples([sliceSamples(batch, 20), sliceSamples(batch, 0, 20)]);
    expect(sampleDigests(shuffled)).toEqual([...digests.slice(20), ...digests.slice(0, 20)]);
  });

  it('notices any single bit, and two numbers that change places', () => {
    const [digest] = sampleDigests(sliceSamples(batch, 0, 1));
    const seen = new Set([digest]);
    for (let bit = 0; bit < 15 * 32; bit++) {
      const data = batch.data.slice(0, 15);
      new Uint32Array(data.buffer)[bit >> 5]! ^= 1 << (bit & 31);
      seen.add(sampleDigests({ shape: [1, 3, 5], data })[0]);
    }
    const swapped = batch.data.slice(0, 15);
    [swapped[3], swapped[4]] = [swapped[4]!, swapped[3]!];
    seen.add(sampleDigests({ shape: [1, 3, 5], data: swapped })[0]);
    expect(seen.size).toBe(15 * 32 + 2);
  });

  it('takes inputs by name in any order and any element type, without those that all samples share', () => {
    const ids = { shape: [2, 3], data: BigInt64Array.of(1n, 2n, 3n, 1n, 2n, 4n) };
    const mask = { shape: [2, 3], data: Uint8Array.of(1, 1, 0, 1, 1, 0) };
    const scale = (value: number) => ({ shape: [2], data: Float32Array.of(value, value) });
    const of = (inputs: object, shared = ['scale']) => sampleDigests({ inputs: { ...inputs }, shared });
    const digests = of({ ids, mask, scale: scale(1) });
    expect(digests[0]).not.toBe(digests[1]);
    expect(of({ mask, ids, scale: scale(2) })).toEqual(digests);
    expect(of({ ids, mask: { ...mask, data: Uint8Array.of(1, 1, 1, 1, 1, 0) } })[0]).not.toBe(digests[0]);
  });
});
