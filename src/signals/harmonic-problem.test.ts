import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { squaredNorm } from './complex-matrix.ts';
import { cramerRaoBound, steeringMatrix } from './cramer-rao.ts';
import {
  defaultProblems,
  drawProblem,
  gridAmplitudes,
  observe,
  requireProblems,
  separationOf,
} from './harmonic-problem.ts';
import { dictionary, gramKernel } from './sensor-array.ts';

describe('harmonic problems', () => {
  it('keep their sources apart, their magnitudes in range, and their noise at the ratio asked for', () => {
    const settings = { ...defaultProblems, sensors: [8, 8], grid: [16, 16], close: 0.5, separation: 1 };
    let noise = 0;
    for (let i = 0; i < 200; i++) {
      const { frequencies, amplitudes, snapshot, noiseVariance } = drawProblem(settings, new Random(3, i));
      expect(frequencies.length).toBeGreaterThanOrEqual(1);
      expect(frequencies.length).toBeLessThanOrEqual(5);
      for (const [k, a] of frequencies.entries()) {
        const size = Math.hypot(amplitudes.re[k]!, amplitudes.im[k]!);
        expect(size).toBeGreaterThanOrEqual(0.5 - 1e-12);
        expect(size).toBeLessThanOrEqual(1);
        for (const b of frequencies.slice(0, k)) expect(separationOf([8, 8], a, b)).toBeGreaterThanOrEqual(1);
      }
      const clean = steeringMatrix([8, 8], frequencies).times(amplitudes);
      expect(squaredNorm(clean) / 64 / noiseVariance).toBeCloseTo(10 ** 1.5, 8);
      const rest = {
        re: snapshot.re.map((x, m) => x - clean.re[m]!),
        im: snapshot.im.map((x, m) => x - clean.im[m]!),
      };
      noise += squaredNorm(rest) / 64 / noiseVariance / 200;
    }
    expect(Math.abs(noise - 1)).toBeLessThan(0.03);
  });

  it('are the same for the same keys', () => {
    expect(drawProblem(defaultProblems, new Random(1, 2))).toEqual(
      drawProblem(defaultProblems, new Random(1, 2)),
    );
  });

  it('put a source near ½ at −½ with the sign that the sensors see', () => {
    const array = { sensors: [8], grid: [16] };
    const sources = {
      frequencies: [[0.49999]],
      amplitudes: { re: Float64Array.of(1), im: Float64Array.of(0.5) },
    };
    const x = gridAmplitudes(array, sources);
    expect([x.re[0], x.im[0]]).toEqual([-1, -0.5]);
    const { snapshot } = observe([8], sources, 300, new Random(1));
    const seen = dictionary(array).times(x);
    expect(Math.max(...seen.re.map((v, m) => Math.abs(v - snapshot.re[m]!)))).toBeLessThan(1e-3);
  });

  it('say what cannot be drawn', () => {
    expect(() => requireProblems({ ...defaultProblems, sources: [1, 40] })).toThrow(
      'harmonic retrieval with 64 sensors: expected one or more sources that have room beside each other, at most one for two sensors, got 40 sources, where the array resolves 32 at most. Ask for fewer sources, or closer ones.',
    );
    expect(() => requireProblems({ ...defaultProblems, sources: [1, 30] })).toThrow('30 sources 1.5/M apart');
    expect(() => requireProblems({ ...defaultProblems, grid: [32] })).toThrow(
      'sensor array: expected one to three axes of at least two sensors each, and a grid with at least as many points an axis, got sensors 64, grid 32.',
    );
  });
});

describe('arrays', () => {
  it('have AᴴA as a convolution with the kernel, in one, two and three dimensions', () => {
    for (const array of [
      { sensors: [5], grid: [9] },
      { sensors: [4, 3], grid: [6, 5] },
      { sensors: [2, 3, 2], grid: [3, 4, 2] },
    ]) {
      const matrix = dictionary(array);
      const kernel = gramKernel(array);
      const unit = { re: new Float64Array(matrix.columns), im: new Float64Array(matrix.columns) };
      unit.re[0] = 1;
      const first = matrix.adjointTimes(matrix.times(unit));
      const lengths = array.grid.map((n) => 2 * n - 1);
      for (let n = 0; n < matrix.columns; n++) {
        let [rest, at, stride] = [n, 0, 1];
        for (let axis = lengths.length - 1; axis >= 0; axis--) {
          const points = array.grid[axis]!;
          at += ((rest % points) + points - 1) * stride;
          rest = Math.floor(rest / points);
          stride *= lengths[axis]!;
        }
        expect(kernel[at]).toBeCloseTo(first.re[n]!, 10);
        expect(first.im[n]).toBeCloseTo(0, 10);
      }
    }
  });

  it('bound one source on each axis as the closed form does', () => {
    const amplitudes = { re: Float64Array.of(0.6), im: Float64Array.of(0.8) };
    const [bound] = cramerRaoBound([8, 4], { frequencies: [[0.1, -0.2]], amplitudes }, 0.01);
    const closed = (own: number, other: number) =>
      Math.sqrt((6 * 0.01) / ((2 * Math.PI) ** 2 * own * (own ** 2 - 1) * other));
    expect(bound).toEqual([expect.closeTo(closed(8, 4), 12), expect.closeTo(closed(4, 8), 12)]);
  });
});
