import { describe, expect, it } from 'vitest';
import { sLista } from '../architectures/s-lista.ts';
import { unrolledShrinkage } from '../checkpoints/unrolled-shrinkage.ts';
import { Random } from '../random.ts';
import { defaultProblems, drawProblem } from '../signals/harmonic-problem.ts';
import { ista } from '../signals/iterative-shrinkage.ts';
import { dictionary } from '../signals/sensor-array.ts';
import { softThreshold } from '../signals/soft-threshold.ts';
import { fitGreedy } from './fit-greedy.ts';
import { greedyCode, runUnrolled, type UnitCode } from './unit-codes.ts';
import { arrayOf, unrolledLayers } from './unrolled-weights.ts';

const array = { sensors: [8], grid: [16] };

function layersOf(structure: 'toeplitz' | 'dense') {
  const { tensors, config } = unrolledShrinkage({ ...array, layers: 3, structure, threshold: 0.05 });
  const { model } = sLista.recognise(config, tensors, 'config.json').build();
  expect(arrayOf(model, 'net')).toEqual(array);
  return unrolledLayers(model, array)!;
}

const exact: UnitCode = {
  tell: (potential) => ({ told: softThreshold(potential, 0.05), spikes: 0 }),
};

describe('greedyCode', () => {
  it('tells nothing below the gate, and the nearest of eight directions above', () => {
    const table = { sizes: [1, 0.5], threshold: 0.1 };
    expect(greedyCode(0.3, 0.3, table)).toEqual({ re: 0, im: 0, spikes: 0 });
    expect(greedyCode(-1.1, 0.1, table)).toEqual({ re: -1, im: 0, spikes: 1 });
    const diagonal = greedyCode(0.9, -0.8, table);
    expect(diagonal).toEqual({
      re: expect.closeTo(Math.SQRT1_2),
      im: expect.closeTo(-Math.SQRT1_2),
      spikes: 2,
    });
  });

  it('leaves out of the soft threshold less than its last gate and the smallest step allow', () => {
    const draw = new Random(1);
    const table = { sizes: Array.from({ length: 12 }, (_, k) => 0.6 * 0.7 ** k), threshold: 0.1 };
    for (let i = 0; i < 500; i++) {
      const [re, im] = [draw.uniform(-1, 1), draw.uniform(-1, 1)];
      const told = greedyCode(re, im, table);
      const rest = Math.hypot(re - told.re, im - told.im);
      const size = Math.hypot(re, im);
      if (size < 0.1) expect(rest).toBe(size);
      else expect(rest).toBeLessThan(0.1 + 0.1 * size + 0.02);
    }
  });
});

describe('unrolled networks in float64', () => {
  const problems = Array.from({ length: 6 }, (_, i) =>
    drawProblem({ ...defaultProblems, ...array, sources: [1, 2] }, new Random(2, i)),
  );

  it.each(['toeplitz', 'dense'] as const)('are ISTA with exact units, %s', (structure) => {
    const matrix = dictionary(array);
    const { snapshot } = problems[0]!;
    const wanted = ista(matrix, snapshot, { lambda: 0.05 * 16, step: 1 / 16, iterations: 3 });
    const { x } = runUnrolled(layersOf(structure), snapshot, exact);
    for (let n = 0; n < 16; n++) {
      expect(x.re[n]).toBeCloseTo(wanted.re[n]!, 6);
      expect(x.im[n]).toBeCloseTo(wanted.im[n]!, 6);
    }
  });

  it('have greedy codes fitted that come nearer with more internal steps', () => {
    const layers = layersOf('toeplitz');
    const snapshots = problems.map(({ snapshot }) => snapshot);
    const errorOf = (steps: number) => {
      const tables = fitGreedy(layers, snapshots, steps);
      expect(tables.every(({ sizes }) => sizes.length === steps)).toBe(true);
      let [error, squares] = [0, 0];
      for (const snapshot of snapshots) {
        runUnrolled(layers, snapshot, exact, ({ re, im }, layer) => {
          for (let n = 0; n < re.length; n++) {
            const told = greedyCode(re[n]!, im[n]!, tables[layer]!);
            const wanted = softThreshold({ re: re.slice(n, n + 1), im: im.slice(n, n + 1) }, 0.05);
            error += (told.re - wanted.re[0]!) ** 2 + (told.im - wanted.im[0]!) ** 2;
            squares += wanted.re[0]! ** 2 + wanted.im[0]! ** 2;
          }
        });
      }
      return error / squares;
    };
    const [coarse, fine] = [errorOf(2), errorOf(8)];
    expect(fine).toBeLessThan(coarse);
    expect(fine).toBeLessThan(0.02);
  });
});
