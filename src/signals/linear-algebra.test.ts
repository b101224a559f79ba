import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { ComplexMatrix, type ComplexVector, innerProduct } from './complex-matrix.ts';
import {
  eigenvalues,
  leadingEigenvectors,
  leastSquares,
  polynomialRoots,
  symmetricInverse,
} from './linear-algebra.ts';

function random(rows: number, columns: number, seed: number): ComplexMatrix {
  const draw = new Random(seed);
  const numbers = () => Float64Array.from({ length: rows * columns }, () => draw.normal());
  return new ComplexMatrix(rows, columns, { re: numbers(), im: numbers() });
}

const byParts = ({ re, im }: ComplexVector) =>
  [...re].map((x, i) => [x, im[i]!] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);

/** Coefficients of Π (z − root), the constant first. */
function polynomialOf(roots: readonly (readonly [number, number])[]): ComplexVector {
  let coefficients: [number, number][] = [[1, 0]];
  for (const [re, im] of roots) {
    const next = Array.from({ length: coefficients.length + 1 }, (): [number, number] => [0, 0]);
    for (const [k, [a, b]] of coefficients.entries()) {
      next[k + 1]![0] += a;
      next[k + 1]![1] += b;
      next[k]![0] -= a * re - b * im;
      next[k]![1] -= a * im + b * re;
    }
    coefficients = next;
  }
  return {
    re: Float64Array.from(coefficients, ([a]) => a),
    im: Float64Array.from(coefficients, ([, b]) => b),
  };
}

describe('complex linear algebra', () => {
  it('finds the roots of a polynomial, conjugate pairs among them', () => {
    const roots = [
      [-0.5, 0.5],
      [0.1, -0.9],
      [0.1, 0.9],
      [2, 0],
    ] as const;
    const found = byParts(polynomialRoots(polynomialOf(roots)));
    for (const [i, [re, im]] of roots.entries()) {
      expect(found[i]![0]).toBeCloseTo(re, 10);
      expect(found[i]![1]).toBeCloseTo(im, 10);
    }
  });

  it('finds eigenvalues whose sum is the trace and whose squares sum up to the trace of the square', () => {
    const matrix = random(6, 6, 1);
    const values = eigenvalues(matrix);
    let [trace, square] = [0, 0];
    for (let i = 0; i < 6; i++) {
      trace += matrix.re[7 * i]!;
      for (let j = 0; j < 6; j++) {
        const [a, b] = [6 * i + j, 6 * j + i];
        square += matrix.re[a]! * matrix.re[b]! - matrix.im[a]! * matrix.im[b]!;
      }
    }
    expect(values.re).toHaveLength(6);
    expect(values.re.reduce((sum, x) => sum + x)).toBeCloseTo(trace, 10);
    expect(values.re.reduce((sum, x, i) => sum + x * x - values.im[i]! ** 2, 0)).toBeCloseTo(square, 9);
  });

  it('finds orthonormal eigenvectors of a Hermitian matrix, largest first', () => {
    const factor = random(5, 2, 2);
    const columns = Array.from({ length: 5 }, (_, j) => {
      const row = {
        re: factor.re.slice(2 * j, 2 * j + 2),
        im: factor.im.slice(2 * j, 2 * j + 2).map((x) => -x),
      };
      return factor.times(row);
    });
    const hermitian = ComplexMatrix.ofColumns(columns);
    const basis = leadingEigenvectors(hermitian, 2);
    const [first, second] = [basis.column(0), basis.column(1)];
    const stretched = [first, second].map((v) => innerProduct(v, hermitian.times(v)).re);
    expect(stretched[0]!).toBeGreaterThan(stretched[1]!);
    const trace = columns.reduce((sum, { re }, i) => sum + re[i]!, 0);
    expect(stretched[0]! + stretched[1]!).toBeCloseTo(trace, 10);
    expect(innerProduct(first, first).re).toBeCloseTo(1, 12);
    expect(Math.hypot(...Object.values(innerProduct(first, second)))).toBeLessThan(1e-12);
  });

  it('solves least squares, to which the rest is perpendicular', () => {
    const [matrix, right] = [random(7, 3, 3), random(7, 1, 4)];
    const x = leastSquares(matrix, right);
    const fitted = matrix.times(x);
    const rest = {
      re: right.re.map((v, i) => v - fitted.re[i]!),
      im: right.im.map((v, i) => v - fitted.im[i]!),
    };
    const { re, im } = matrix.adjointTimes(rest);
    expect(Math.max(...re.map(Math.abs), ...im.map(Math.abs))).toBeLessThan(1e-12);
  });

  it('takes the shortest of several solutions: alike columns share, and more columns than rows fit exactly', () => {
    const column = random(5, 1, 5);
    const twice = ComplexMatrix.ofColumns([column, column]);
    const halves = leastSquares(twice, column);
    for (const half of [0, 1]) {
      expect(halves.re[half]).toBeCloseTo(0.5, 12);
      expect(halves.im[half]).toBeCloseTo(0, 12);
    }
    const [wide, right] = [random(3, 5, 6), random(3, 1, 7)];
    const fitted = wide.times(leastSquares(wide, right));
    for (let i = 0; i < 3; i++) {
      expect(fitted.re[i]).toBeCloseTo(right.re[i] ?? Number.NaN, 10);
      expect(fitted.im[i]).toBeCloseTo(right.im[i] ?? Number.NaN, 10);
    }
  });

  it('inverts a symmetric matrix, and says where there is no inverse', () => {
    expect(
      symmetricInverse([
        [2, 1],
        [1, 1],
      ]),
    ).toEqual([
      [expect.closeTo(1), expect.closeTo(-1)],
      [expect.closeTo(-1), expect.closeTo(2)],
    ]);
    expect(
      symmetricInverse([
        [1, 1],
        [1, 1],
      ]),
    ).toBeUndefined();
  });
});
