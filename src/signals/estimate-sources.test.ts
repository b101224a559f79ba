import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { cramerRaoBound } from './cramer-rao.ts';
import { findPeaks, fourierSpectrum, magnitudesOf, refineSources } from './estimate-sources.ts';
import { defaultProblems, drawPair, drawProblem, observe, turnsBetween } from './harmonic-problem.ts';
import { knownProblem, matchSources, scoreEstimates } from './score-estimates.ts';
import { dictionary } from './sensor-array.ts';

describe('findPeaks', () => {
  const line = Float64Array.of(0.9, 0.1, 0, 0.3, 0.5, 0.4, 0, 0.05, 0, 0.2);

  it('finds local maxima above the floor, the ends of an axis beside each other', () => {
    expect(findPeaks(line, [10], { floor: 0.25 }).map(({ place }) => place)).toEqual([0, 4]);
    expect(findPeaks(line, [10], { floor: 0.01 }).map(({ place }) => place)).toEqual([0, 4, 7]);
  });

  it('puts further sources beside a peak where it is told their number', () => {
    expect(findPeaks(line, [10], { floor: 0.1, sources: 3 }).map(({ place }) => place)).toEqual([0, 4, 5]);
    expect(findPeaks(line, [10], { floor: 0.1, sources: 1 }).map(({ place }) => place)).toEqual([0]);
  });

  it('finds the frequency between the points by a parabola', () => {
    const array = { sensors: [16], grid: [64] };
    const sources = {
      frequencies: [[0.1234]],
      amplitudes: { re: Float64Array.of(1), im: Float64Array.of(0) },
    };
    const { snapshot } = observe([16], sources, 200, new Random(1));
    const magnitudes = magnitudesOf(fourierSpectrum(dictionary(array), snapshot));
    const [peak] = findPeaks(magnitudes, [64], { floor: 0.5 });
    expect(Math.abs(peak!.frequency[0]! - 0.1234)).toBeLessThan(0.1 / 64);
    expect(peak!.magnitude).toBeGreaterThan(0.95);
  });

  it('finds peaks of a plane', () => {
    const plane = new Float64Array(16);
    plane[5] = 1;
    plane[6] = 0.5;
    plane[15] = 0.7;
    expect(findPeaks(plane, [4, 4], { floor: 0.25 }).map(({ place }) => place)).toEqual([5, 15]);
  });
});

describe('refineSources', () => {
  it('finds the true frequencies without noise, on a line and on a plane', () => {
    for (const sensors of [[12], [5, 4]]) {
      const frequencies = [sensors.map(() => 0.1), sensors.map(() => -0.31)];
      const amplitudes = { re: Float64Array.of(1, 0.2), im: Float64Array.of(0, 0.7) };
      const { snapshot } = observe(sensors, { frequencies, amplitudes }, 300, new Random(2));
      const start = frequencies.map((each) => each.map((f, axis) => f + 0.2 / sensors[axis]!));
      const found = refineSources(sensors, start, snapshot);
      for (const [k, each] of frequencies.entries()) {
        for (const [axis, f] of each.entries()) expect(found.frequencies[k]![axis]).toBeCloseTo(f, 8);
        expect(found.amplitudes.re[k]).toBeCloseTo(amplitudes.re[k]!, 7);
      }
    }
  });

  it('is as exact as the Cramér–Rao bound allows', () => {
    let [squares, bounds] = [0, 0];
    for (let i = 0; i < 150; i++) {
      const problem = drawProblem(
        { ...defaultProblems, sensors: [16], grid: [32], sources: [1, 2], separation: 2 },
        new Random(3, i),
      );
      const { frequencies } = refineSources([16], problem.frequencies, problem.snapshot);
      const bound = cramerRaoBound([16], problem, problem.noiseVariance);
      for (const [k, [f]] of problem.frequencies.entries()) {
        squares += turnsBetween(frequencies[k]![0]!, f!) ** 2;
        bounds += bound[k]![0]! ** 2;
      }
    }
    expect(Math.sqrt(squares / bounds)).toBeGreaterThan(0.85);
    expect(Math.sqrt(squares / bounds)).toBeLessThan(1.15);
  });
});

describe('scores', () => {
  it('match each source with an estimate of its own, nearest first', () => {
    expect(matchSources([10], [[0], [0.3]], [[0.31], [0.01], [0.02]])).toEqual([[0.01], [0.31]]);
    expect(matchSources([10], [[0], [0.3]], [[0.06]])).toEqual([undefined, undefined]);
    // Half the distance of two sources 0.4/M apart.
    expect(matchSources([10], [[0], [0.04]], [[0.015], [0.07]])).toEqual([[0.015], undefined]);
  });

  it('are perfect for perfect estimates, and count what is missing and what is false', () => {
    const array = { sensors: [8], grid: [16] };
    const problem = drawPair([8], 2, 10, new Random(4));
    const known = knownProblem(array, problem);
    const { target } = known;
    const { frequencies } = problem;
    const perfect = { spectrum: target, frequencies, refined: frequencies };
    const scored = scoreEstimates(array, [known], [perfect]);
    expect(scored).toMatchObject({
      nmse: Number.NEGATIVE_INFINITY,
      hitRate: 1,
      resolved: 1,
      falsePeaks: 0,
      rmse: 0,
    });
    const away = [turnsBetween(frequencies[0]![0]! - 0.2, 0)];
    const half = {
      spectrum: { re: target.re.map((x) => x / 2), im: target.im.map((x) => x / 2) },
      frequencies: [frequencies[0]!, away],
      refined: [],
    };
    const worse = scoreEstimates(array, [known], [half]);
    expect(worse).toMatchObject({ hitRate: 0.5, resolved: 0, falsePeaks: 1, refinedRmse: null });
    expect(worse.nmse).toBeCloseTo(10 * Math.log10(0.25), 10);
  });
});
