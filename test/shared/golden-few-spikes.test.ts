import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { tellFewSpikes } from '../../src/dynamics/tell-few-spikes.ts';
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

  it('tell what an independent implementation tells with a table of their own', () => {
    const of = (name: string) => Array.from(arrays.get(`general_${name}`)?.data ?? [], Number);
    const table = { thresholds: of('T'), resets: of('h'), worths: of('d') };
    const [x, y, spikes] = [of('x'), of('y'), of('spikes')];
    for (const [i, value] of x.entries()) {
      const { sum, fired } = tellFewSpikes(value, table, true);
      expect(sum).toBeCloseTo(y[i] ?? Number.NaN, 12);
      expect(fired).toEqual(table.thresholds.map((_, k) => k).filter((k) => spikes[k * x.length + i] === 1));
    }
  });
});
