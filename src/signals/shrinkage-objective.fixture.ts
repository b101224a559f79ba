import { type ComplexMatrix, type ComplexVector, difference, squaredNorm } from './complex-matrix.ts';

/** ½‖y − A·x‖² + λ·Σ|x|. */
export function shrinkageObjective(
  matrix: ComplexMatrix,
  y: ComplexVector,
  x: ComplexVector,
  lambda: number,
): number {
  const size = x.re.reduce((sum, re, i) => sum + Math.hypot(re, x.im[i]!), 0);
  return squaredNorm(difference(y, matrix.times(x))) / 2 + lambda * size;
}
