import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { observe } from './harmonic-problem.ts';
import { fista, fistaMomenta, ista } from './iterative-shrinkage.ts';
import { matchingPursuit } from './matching-pursuit.ts';
import { dictionary, frequencyAt } from './sensor-array.ts';
import { shrinkageObjective } from './shrinkage-objective.fixture.ts';
import { softThreshold } from './soft-threshold.ts';
import { esprit, musicSpectrum, rootMusic } from './subspace.ts';

const frequencies = [-0.3, 0.05, 0.125];
const amplitudes = { re: Float64Array.of(1, 0.4, -0.3), im: Float64Array.of(0, 0.5, 0.6) };
const clean = observe([24], { frequencies: frequencies.map((f) => [f]), amplitudes }, 300, new Random(1));

describe('classical methods without noise', () => {
  it.each([
    ['ESPRIT', esprit, 9],
    ['root-MUSIC', rootMusic, 6],
  ] as const)('%s finds all frequencies', (_, find, digits) => {
    const found = find(clean.snapshot, { sources: 3, subarray: 14 });
    for (const [k, f] of frequencies.entries()) expect(found[k]).toBeCloseTo(f, digits);
  });

  it('MUSIC has its largest values there', () => {
    const everywhere = Array.from({ length: 400 }, (_, i) => -0.5 + i / 400);
    const spectrum = musicSpectrum(clean.snapshot, { sources: 3, subarray: 14 }, everywhere);
    const largest = everywhere.filter((_, i) => spectrum[i]! > 1e6);
    expect(largest.map((f) => f.toFixed(3))).toEqual(['-0.300', '0.050', '0.125']);
  });

  it('matching pursuit finds sources on the grid exactly', () => {
    const array = { sensors: [24], grid: [48] };
    const places = [7, 30];
    const given = { frequencies: places.map((n) => frequencyAt(array.grid, n)), amplitudes };
    const { snapshot } = observe(array.sensors, given, 300, new Random(2));
    const { support, x } = matchingPursuit(dictionary(array), snapshot, 2);
    expect([...support].sort((a, b) => a - b)).toEqual(places);
    expect([x.re[7], x.im[30]]).toEqual([expect.closeTo(1, 9), expect.closeTo(0.5, 9)]);
  });

  it('refuses more sources than the subarrays resolve', () => {
    expect(() => esprit(clean.snapshot, { sources: 14, subarray: 14 })).toThrow(
      'signal subspace of one snapshot: expected fewer sources than the 14 sensors of a subarray, and at most 22, twice the subarrays, got 14 sources. Look for fewer sources, or choose another length of the subarrays.',
    );
  });
});

describe('shrinkage', () => {
  it('keeps phases and takes θ off magnitudes', () => {
    const z = { re: Float64Array.of(3, 0.3, 0), im: Float64Array.of(4, 0.4, 0) };
    const { re, im } = softThreshold(z, 1);
    expect([...re, ...im]).toEqual([expect.closeTo(2.4), 0, 0, expect.closeTo(3.2), 0, 0]);
  });

  it('lowers the objective, FISTA faster than ISTA', () => {
    const matrix = dictionary({ sensors: [24], grid: [48] });
    const objective = (solve: typeof ista, iterations: number) => {
      const x = solve(matrix, clean.snapshot, { lambda: 2, step: 1 / 48, iterations });
      return shrinkageObjective(matrix, clean.snapshot, x, 2);
    };
    expect(objective(ista, 20)).toBeLessThan(objective(ista, 10));
    expect(objective(fista, 20)).toBeLessThan(objective(ista, 20));
    expect(fistaMomenta(2)).toEqual([0, expect.closeTo(0.28174, 4)]);
  });
});
