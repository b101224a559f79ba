import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from '../../src/files/read-npz.ts';
import type { NpyArray } from '../../src/formats/npy.ts';
import { fewSpikes } from '../../src/neurons/few-spikes.ts';
import { hasShared, shared } from './shared-folder.ts';

const folder = shared('golden', 'few-spikes');

describe.skipIf(!hasShared('golden', 'few-spikes'))('strict few-spikes neurons', () => {
  let arrays: Map<string, NpyArray>;
  let meta: Record<string, { alpha: number }>;
  beforeAll(async () => {
    arrays = await readNpz(`${folder}/data.npz`);
    meta = JSON.parse(readFileSync(`${folder}/meta.json`, 'utf8'));
  });
  it.each([4, 6, 10])('tell what an independent implementation tells in %i internal steps', (bits) => {
    const [x, y] = ['x', 'y'].map((name) => arrays.get(`relu_K${bits}_${name}`)!.data as Float64Array);
    const { alpha } = meta[`relu_K${bits}`]!;
    const lsb = alpha / 2 ** bits;
    const parameters = { thresholdPositive: lsb, thresholdNegative: lsb };
    for (const [i, value] of x!.entries()) {
      if (value <= 0) continue;
      const state = { emitted: 0, count: 0 };
      const told = fewSpikes.step({ mean: value, t: 1 }, state, parameters, { bits, strict: true });
      expect(told).toBeCloseTo(y![i]!, 12);
    }
  });
});
