import { ComplexMatrix, type ComplexVector, complexZeros, difference } from './complex-matrix.ts';
import { leastSquares } from './linear-algebra.ts';

/** What orthogonal matching pursuit found. */
export interface Pursuit {
  /** Columns in the order in which they were chosen. */
  readonly support: readonly number[];
  /** The sparse vector. */
  readonly x: ComplexVector;
}

/**
 * Orthogonal matching pursuit: `sources` times the column that is most alike to the rest, all amplitudes fitted anew each time (Pati,
 * Rezaiifar, Krishnaprasad 1993, doi:10.1109/ACSSC.1993.342465). It has to be told the number of sources.
 */
export function matchingPursuit(matrix: ComplexMatrix, y: ComplexVector, sources: number): Pursuit {
  const support: number[] = [];
  let rest = y;
  let amplitudes = complexZeros(0);
  while (support.length < sources) {
    support.push(mostAlike(matrix.adjointTimes(rest), support));
    const chosen = ComplexMatrix.ofColumns(support.map((j) => matrix.column(j)));
    amplitudes = leastSquares(chosen, y);
    rest = difference(y, chosen.times(amplitudes));
  }
  const x = complexZeros(matrix.columns);
  for (const [i, j] of support.entries()) {
    x.re[j] = amplitudes.re[i]!;
    x.im[j] = amplitudes.im[i]!;
  }
  return { support, x };
}

function mostAlike({ re, im }: ComplexVector, taken: readonly number[]): number {
  let [best, size] = [-1, -1];
  for (let j = 0; j < re.length; j++) {
    const here = re[j]! ** 2 + im[j]! ** 2;
    if (here > size && !taken.includes(j)) [best, size] = [j, here];
  }
  return best;
}
