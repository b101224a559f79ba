import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { fewSpikesGradients } from '../../src/dynamics/few-spikes-gradients.ts';
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

  it('send errors back as an independent implementation does', () => {
    const of = (name: string) => Array.from(arrays.get(`general_${name}`)?.data ?? [], Number);
    const table = { thresholds: of('T'), resets: of('h'), worths: of('d') };
    const [x, ofAnswer, ofValue] = [of('x'), of('grad_y'), of('grad_x')];
    const each = x.map((value, i) => fewSpikesGradients(value, ofAnswer[i] ?? Number.NaN, table, true));
    expect(x).toHaveLength(33);
    for (const [i, { value }] of each.entries()) expect(value).toBeCloseTo(ofValue[i] ?? Number.NaN, 12);
    for (const [key, name] of [
      ['thresholds', 'T'],
      ['resets', 'h'],
      ['worths', 'd'],
    ] as const) {
      for (const [k, expected] of of(`grad_${name}`).entries()) {
        expect(each.reduce((sum, gradients) => sum + gradients[key][k]!, 0)).toBeCloseTo(expected, 12);
      }
    }
  });
});
