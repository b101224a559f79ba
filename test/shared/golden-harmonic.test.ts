import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from '../../src/files/read-npz.ts';
import type { NpyArray } from '../../src/formats/npy.ts';
import { ComplexMatrix, type ComplexVector, squaredNorm } from '../../src/signals/complex-matrix.ts';
import { cramerRaoBound } from '../../src/signals/cramer-rao.ts';
import { fista, ista, shrinkageObjective } from '../../src/signals/iterative-shrinkage.ts';
import { matchingPursuit } from '../../src/signals/matching-pursuit.ts';
import { dictionary, frequencyAt, gramKernel } from '../../src/signals/sensor-array.ts';
import { softThreshold } from '../../src/signals/soft-threshold.ts';
import { esprit, musicSpectrum, rootMusic } from '../../src/signals/subspace.ts';
import { hasShared, shared } from './shared-folder.ts';

const folder = shared('golden', 'harmonic-1d');

interface Problem {
  readonly frequencies: number[];
  readonly amplitudes: [number, number][];
  readonly sigma2: number;
  readonly omp_support: number[];
  readonly esprit: number[];
  readonly root_music: number[];
  readonly crb_std: number[] | null;
}

interface Meta {
  readonly lambda: number;
  readonly step: number;
  readonly subarray: number;
  readonly objective: Record<string, number[]>;
  readonly problems: Problem[];
  readonly crb_one_source: { f: number; amplitude_abs: number; sigma2: number; value: number };
  readonly soft: { threshold: number };
}

function complex({ data }: NpyArray): ComplexVector {
  const all = data as Float64Array;
  return { re: all.filter((_, i) => i % 2 === 0), im: all.filter((_, i) => i % 2 === 1) };
}

function farthest(a: ComplexVector, b: ComplexVector): number {
  return Math.max(...[...a.re].map((re, i) => Math.hypot(re - b.re[i]!, a.im[i]! - b.im[i]!)));
}

describe.skipIf(!hasShared('golden', 'harmonic-1d'))('harmonic retrieval on a line of 16 sensors', () => {
  const array = { sensors: [16], grid: [48] };
  const matrix = dictionary(array);
  let arrays: Map<string, NpyArray>;
  let meta: Meta;
  const given = (name: string) => complex(arrays.get(name)!);
  /** Column of a stored matrix of five problems. */
  const column = (name: string, i: number) => {
    const all = given(name);
    return new ComplexMatrix(all.re.length / 5, 5, all).column(i);
  };

  beforeAll(async () => {
    arrays = await readNpz(`${folder}/data.npz`);
    meta = JSON.parse(readFileSync(`${folder}/meta.json`, 'utf8'));
  });

  it('has the dictionary and the kernel of an independent implementation', () => {
    expect(farthest(matrix, given('dictionary'))).toBeLessThan(1e-9);
    const kernel = gramKernel(array);
    expect(farthest({ re: kernel, im: kernel.map(() => 0) }, given('gram_kernel'))).toBeLessThan(1e-9);
  });

  it.each([
    ['ista', ista, [1, 2, 5, 20, 50]],
    ['fista', fista, [2, 5, 20, 50]],
  ] as const)('iterates %s as it does', (name, solve, counts) => {
    for (const iterations of counts) {
      for (let i = 0; i < 5; i++) {
        const y = column('snapshots', i);
        const x = solve(matrix, y, { lambda: meta.lambda, step: meta.step, iterations });
        expect(farthest(x, column(`${name}_${iterations}`, i))).toBeLessThan(1e-9);
        const objective = meta.objective[`${name}_${iterations}`]?.[i];
        if (objective !== undefined) {
          expect(shrinkageObjective(matrix, y, x, meta.lambda)).toBeCloseTo(objective, 9);
        }
      }
    }
  });

  it('finds its supports, frequencies, spectra and bounds', () => {
    for (const [i, problem] of meta.problems.entries()) {
      const y = column('snapshots', i);
      const sources = problem.frequencies.length;
      const settings = { sources, subarray: meta.subarray };
      const support = [...matchingPursuit(matrix, y, sources).support].sort((a, b) => a - b);
      expect(support).toEqual(problem.omp_support);
      const found = esprit(y, settings);
      for (const [k, f] of problem.esprit.entries()) expect(found[k]).toBeCloseTo(f, 9);
      const roots = rootMusic(y, settings);
      for (const [k, f] of problem.root_music.entries()) expect(Math.abs(roots[k]! - f)).toBeLessThan(1e-6);
      const grid = Array.from({ length: 48 }, (_, n) => frequencyAt([48], n)[0]!);
      const spectrum = musicSpectrum(y, settings, grid);
      const wanted = arrays.get('music_spectrum')!.data as Float64Array;
      for (const [n, value] of spectrum.entries()) expect(value / wanted[n * 5 + i]!).toBeCloseTo(1, 8);
      if (!problem.crb_std) continue;
      const amplitudes = {
        re: Float64Array.from(problem.amplitudes, ([re]) => re),
        im: Float64Array.from(problem.amplitudes, ([, im]) => im),
      };
      const frequencies = problem.frequencies.map((f) => [f]);
      const bound = cramerRaoBound([16], { frequencies, amplitudes }, problem.sigma2);
      for (const [k, std] of problem.crb_std.entries()) expect(bound[k]![0]).toBeCloseTo(std, 9);
    }
  });

  it('bounds one source as the closed form does', () => {
    const { f, amplitude_abs, sigma2, value } = meta.crb_one_source;
    const amplitudes = { re: Float64Array.of(amplitude_abs), im: Float64Array.of(0) };
    const [bound] = cramerRaoBound([16], { frequencies: [[f]], amplitudes }, sigma2);
    expect(bound![0]! ** 2 / value).toBeCloseTo(1, 9);
  });

  it('shrinks as it does', () => {
    const found = softThreshold(given('soft_z'), meta.soft.threshold);
    expect(farthest(found, given('soft_out'))).toBeLessThan(1e-9);
    expect(squaredNorm(found)).toBeGreaterThan(0);
  });
});
