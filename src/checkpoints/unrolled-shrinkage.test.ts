import { describe, expect, it } from 'vitest';
import { sLista } from '../architectures/s-lista.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { Random } from '../random.ts';
import { defaultProblems, drawProblem } from '../signals/harmonic-problem.ts';
import { fista, fistaMomenta, ista } from '../signals/iterative-shrinkage.ts';
import { dictionary } from '../signals/sensor-array.ts';
import { unfoldConvolutions } from '../training/networks/unfold-convolutions.ts';
import { unrolledShrinkage } from './unrolled-shrinkage.ts';

describe.each([
  ['a line', { sensors: [8], grid: [16] }],
  ['a plane', { sensors: [3, 4], grid: [5, 6] }],
])('unrolledShrinkage for %s', (_, array) => {
  const problem = drawProblem({ ...defaultProblems, ...array, sources: [1, 2] }, new Random(1));
  const matrix = dictionary(array);
  const iterate = { lambda: 0.05 * matrix.columns, step: 1 / matrix.columns, iterations: 4 };
  const x = ndArray(
    [1, 2, ...array.sensors],
    Float64Array.of(...problem.snapshot.re, ...problem.snapshot.im),
  );

  it.each([
    ['ISTA by convolutions', 'toeplitz', ista],
    ['ISTA by matrices', 'dense', ista],
    ['FISTA by convolutions', 'toeplitz', fista],
    ['FISTA by matrices', 'dense', fista],
  ] as const)('is %s', (_, structure, solve) => {
    const { tensors, config } = unrolledShrinkage({
      ...array,
      layers: 4,
      structure,
      threshold: 0.05,
      momenta: solve === fista ? [0, ...fistaMomenta(4)] : undefined,
    });
    const { model, problems } = sLista.recognise(config, tensors, 'config.json').build();
    expect(problems).toEqual([]);
    const wanted = solve(matrix, problem.snapshot, iterate);
    const answers = [evaluateModel(model, { x })];
    if (array.sensors.length < 3) {
      expect(unfoldConvolutions(model)).toBe(structure === 'toeplitz' ? 3 : 0);
      answers.push(evaluateModel(model, { x }));
    }
    for (const answer of answers) {
      const { shape, data } = answer.get('logits')!;
      expect(shape).toEqual([1, 2, ...array.grid]);
      for (const [i, value] of [...wanted.re, ...wanted.im].entries()) expect(data[i]).toBeCloseTo(value, 6);
    }
  });
});

describe('architecture s-lista', () => {
  it('refuses a grid with other axes than the array', () => {
    const { tensors } = unrolledShrinkage({
      sensors: [4],
      grid: [8],
      layers: 1,
      structure: 'dense',
      threshold: 0,
    });
    expect(() => sLista.recognise({ sensors: [4], grid: [2, 4] }, tensors, 'config.json')).toThrow(
      "'sensors', 'grid': expected as many axes of the grid as of the array, got 2 and 1.",
    );
  });
});
