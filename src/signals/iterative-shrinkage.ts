import { type ComplexMatrix, type ComplexVector, complexZeros, difference } from './complex-matrix.ts';
import { softThreshold } from './soft-threshold.ts';

/** How a sparse vector is looked for: min ½‖y − A·x‖² + λ·Σ|x|. */
export interface ShrinkageSettings {
  /** λ, in the unit of Aᴴy. */
  readonly lambda: number;
  /** μ, at most 1/‖A‖². */
  readonly step: number;
  readonly iterations: number;
}

/** x ← S(x + μ·Aᴴ(y − A·x), μ·λ) from 0 on (Daubechies, Defrise, De Mol 2004, doi:10.1002/cpa.20042). */
export function ista(matrix: ComplexMatrix, y: ComplexVector, settings: ShrinkageSettings): ComplexVector {
  let x = complexZeros(matrix.columns);
  for (let i = 0; i < settings.iterations; i++) x = shrunk(matrix, y, x, settings);
  return x;
}

/** ISTA with Nesterov's momentum, t ← (1 + √(1 + 4t²))/2 (Beck, Teboulle 2009, doi:10.1137/080716542). */
export function fista(matrix: ComplexMatrix, y: ComplexVector, settings: ShrinkageSettings): ComplexVector {
  let x = complexZeros(matrix.columns);
  let ahead = x;
  for (const momentum of fistaMomenta(settings.iterations)) {
    const next = shrunk(matrix, y, ahead, settings);
    ahead = moved(next, difference(next, x), momentum);
    x = next;
  }
  return x;
}

/** How far FISTA goes on in the last direction after each of its iterations: (t − 1)/t'. */
export function fistaMomenta(iterations: number): number[] {
  let t = 1;
  return Array.from({ length: iterations }, () => {
    const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    const momentum = (t - 1) / next;
    t = next;
    return momentum;
  });
}

function shrunk(
  matrix: ComplexMatrix,
  y: ComplexVector,
  x: ComplexVector,
  { lambda, step }: ShrinkageSettings,
): ComplexVector {
  const slope = matrix.adjointTimes(difference(y, matrix.times(x)));
  return softThreshold(moved(x, slope, step), step * lambda);
}

/** x + share·d. */
function moved(x: ComplexVector, direction: ComplexVector, share: number): ComplexVector {
  return {
    re: x.re.map((value, i) => value + share * direction.re[i]!),
    im: x.im.map((value, i) => value + share * direction.im[i]!),
  };
}
