import {
  CholeskyDecomposition,
  EigenvalueDecomposition,
  Matrix,
  QrDecomposition,
  SingularValueDecomposition,
} from 'ml-matrix';
import {
  ComplexMatrix,
  type ComplexVector,
  complexZeros,
  innerProduct,
  squaredNorm,
} from './complex-matrix.ts';

/** [[Re A, −Im A], [Im A, Re A]]: the real matrix that does to [Re x; Im x] what A does to x. */
function realForm({ rows, columns, re, im }: ComplexMatrix): Matrix {
  const made = new Matrix(2 * rows, 2 * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [real, imaginary] = [re[i * columns + j]!, im[i * columns + j]!];
      made.set(i, j, real).set(i + rows, j + columns, real);
      made.set(i, j + columns, -imaginary).set(i + rows, j, imaginary);
    }
  }
  return made;
}

/** The x that minimises ‖A·x − y‖, the shortest one where several do: columns that are alike, or more of them than rows. */
export function leastSquares(matrix: ComplexMatrix, y: ComplexVector): ComplexVector {
  return leastSquaresOf(matrix, [y])[0] ?? complexZeros(0);
}

/** The same for several y, with one decomposition. */
export function leastSquaresOf(matrix: ComplexMatrix, right: readonly ComplexVector[]): ComplexVector[] {
  const { columns } = matrix;
  if (columns === 0) return right.map(() => complexZeros(0));
  const joined = new Matrix(right.map(({ re, im }) => [...re, ...im])).transpose();
  const solution = solve(realForm(matrix), joined);
  return right.map((_, i) => {
    const column = solution.getColumn(i);
    return { re: Float64Array.from(column.slice(0, columns)), im: Float64Array.from(column.slice(columns)) };
  });
}

/** Share of the largest diagonal element of R up to which a column is a combination of those before it. */
const dependent = 1e-13;

function solve(matrix: Matrix, right: Matrix): Matrix {
  if (matrix.rows >= matrix.columns) {
    const decomposition = new QrDecomposition(matrix);
    const sizes = decomposition.upperTriangularMatrix.diagonal().map(Math.abs);
    if (Math.min(...sizes) > dependent * Math.max(...sizes)) return decomposition.solve(right);
  }
  return new SingularValueDecomposition(matrix, { autoTranspose: true }).solve(right);
}

/**
 * The `count` eigenvectors of the largest eigenvalues of a Hermitian matrix, orthonormal, as columns.
 *
 * Every eigenvalue occurs twice in the real form, with the eigenvectors of v and of j·v; one of each pair is kept.
 */
export function leadingEigenvectors(hermitian: ComplexMatrix, count: number): ComplexMatrix {
  const { rows } = hermitian;
  const decomposition = new EigenvalueDecomposition(realForm(hermitian), { assumeSymmetric: true });
  const values = decomposition.realEigenvalues;
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!);
  const kept: ComplexVector[] = [];
  for (const i of order) {
    if (kept.length === count) break;
    const column = decomposition.eigenvectorMatrix.getColumn(i);
    const vector = {
      re: Float64Array.from(column.slice(0, rows)),
      im: Float64Array.from(column.slice(rows)),
    };
    const rest = perpendicular(vector, kept);
    const length = Math.sqrt(squaredNorm(rest));
    if (length > 0.5) kept.push({ re: rest.re.map((x) => x / length), im: rest.im.map((x) => x / length) });
  }
  return ComplexMatrix.ofColumns(kept);
}

/** What is left of a vector beside orthonormal ones. */
function perpendicular(vector: ComplexVector, others: readonly ComplexVector[]): ComplexVector {
  const rest = { re: vector.re.slice(), im: vector.im.slice() };
  for (const each of others) {
    const share = innerProduct(each, rest);
    for (let i = 0; i < rest.re.length; i++) {
      rest.re[i]! -= each.re[i]! * share.re - each.im[i]! * share.im;
      rest.im[i]! -= each.re[i]! * share.im + each.im[i]! * share.re;
    }
  }
  return rest;
}

/**
 * The eigenvalues of a complex square matrix.
 *
 * The real form of A has those of A and their conjugates. A + j·s·I with s beyond ‖A‖ has all of its own in the upper half plane, which
 * tells them apart.
 */
export function eigenvalues(matrix: ComplexMatrix): ComplexVector {
  const { rows } = matrix;
  const shift = 1.5 * Math.sqrt(squaredNorm(matrix)) + Number.MIN_VALUE;
  const shifted = realForm(matrix);
  for (let i = 0; i < rows; i++) {
    shifted.set(i, i + rows, shifted.get(i, i + rows) - shift);
    shifted.set(i + rows, i, shifted.get(i + rows, i) + shift);
  }
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(shifted);
  const own = imaginaryEigenvalues.map((_, i) => i).filter((i) => imaginaryEigenvalues[i]! > 0);
  return {
    re: Float64Array.from(own, (i) => realEigenvalues[i]!),
    im: Float64Array.from(own, (i) => imaginaryEigenvalues[i]! - shift),
  };
}

/** The roots of Σ cₖ·zᵏ, the highest coefficient not 0: eigenvalues of the companion matrix. */
export function polynomialRoots({ re, im }: ComplexVector): ComplexVector {
  const degree = re.length - 1;
  if (degree < 1) return complexZeros(0);
  const companion = new ComplexMatrix(degree, degree);
  const size = re[degree]! ** 2 + im[degree]! ** 2;
  for (let k = 0; k < degree; k++) {
    if (k > 0) companion.set(k, k - 1, 1, 0);
    const real = (re[k]! * re[degree]! + im[k]! * im[degree]!) / size;
    const imaginary = (im[k]! * re[degree]! - re[k]! * im[degree]!) / size;
    companion.set(k, degree - 1, -real, -imaginary);
  }
  return eigenvalues(companion);
}

/** The inverse of a real symmetric, positive definite matrix that is given row by row; `undefined` for others. */
export function symmetricInverse(rows: readonly (readonly number[])[]): number[][] | undefined {
  const decomposition = new CholeskyDecomposition(new Matrix(rows.map((row) => [...row])));
  if (!decomposition.isPositiveDefinite()) return undefined;
  return decomposition.solve(Matrix.eye(rows.length)).to2DArray();
}
