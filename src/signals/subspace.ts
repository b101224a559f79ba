import { UsageError } from '../errors.ts';
import { ComplexMatrix, type ComplexVector } from './complex-matrix.ts';
import { eigenvalues, leadingEigenvectors, leastSquares, polynomialRoots } from './linear-algebra.ts';
import { steeringVector } from './sensor-array.ts';

/** What the subspace of a single snapshot of a line of sensors is estimated from. */
export interface SubspaceSettings {
  readonly sources: number;
  /** Sensors L of each subarray, more than sources. */
  readonly subarray: number;
}

/**
 * Covariance of a line of sensors from one snapshot: all subarrays of L sensors, forwards and backwards (R + J·R̄·J)/2 (Pillai, Kwon
 * 1989, doi:10.1109/29.17496).
 */
function smoothedCovariance({ re, im }: ComplexVector, length: number): ComplexMatrix {
  const windows = re.length - length + 1;
  const forward = new ComplexMatrix(length, length);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      let [real, imaginary] = [0, 0];
      for (let w = 0; w < windows; w++) {
        real += re[w + i]! * re[w + j]! + im[w + i]! * im[w + j]!;
        imaginary += im[w + i]! * re[w + j]! - re[w + i]! * im[w + j]!;
      }
      forward.set(i, j, real / windows, imaginary / windows);
    }
  }
  const size = length * length;
  const both = new ComplexMatrix(length, length);
  for (let at = 0; at < size; at++) {
    both.re[at] = (forward.re[at]! + forward.re[size - 1 - at]!) / 2;
    both.im[at] = (forward.im[at]! - forward.im[size - 1 - at]!) / 2;
  }
  return both;
}

/** Orthonormal columns that span what the sources add to the smoothed covariance, [L, sources]. */
function signalSubspace(y: ComplexVector, { sources, subarray }: SubspaceSettings): ComplexMatrix {
  const sensors = y.re.length;
  if (sources < 1 || sources >= subarray || sources > 2 * (sensors - subarray + 1) || subarray > sensors) {
    throw new UsageError({
      where: 'signal subspace of one snapshot',
      expected: `fewer sources than the ${subarray} sensors of a subarray, and at most ${Math.max(2 * (sensors - subarray + 1), 0)}, twice the subarrays`,
      got: `${sources} sources`,
      remedy: 'Look for fewer sources, or choose another length of the subarrays',
    });
  }
  return leadingEigenvectors(smoothedCovariance(y, subarray), sources);
}

/**
 * ESPRIT by least squares: the phases of the eigenvalues of Φ in U₁·Φ = U₂, U without its last and its first row (Roy, Kailath 1989,
 * doi:10.1109/29.32276). Frequencies in [−½, ½), ascending.
 */
export function esprit(y: ComplexVector, settings: SubspaceSettings): number[] {
  const basis = signalSubspace(y, settings);
  const [upper, lower] = [basis.slice(0, basis.rows - 1), basis.slice(1, basis.rows)];
  const rotation = ComplexMatrix.ofColumns(
    Array.from({ length: basis.columns }, (_, j) => leastSquares(upper, lower.column(j))),
  );
  return frequenciesOf(eigenvalues(rotation));
}

/** MUSIC's pseudo-spectrum 1/‖U_nᴴ·a(f)‖² at each frequency (Schmidt 1986, doi:10.1109/TAP.1986.1143830). */
export function musicSpectrum(
  y: ComplexVector,
  settings: SubspaceSettings,
  frequencies: readonly number[],
): Float64Array {
  const basis = signalSubspace(y, settings);
  return Float64Array.from(frequencies, (frequency) => {
    const steering = steeringVector([basis.rows], [frequency]);
    const inside = basis.adjointTimes(steering);
    let rest = basis.rows;
    for (let k = 0; k < basis.columns; k++) rest -= inside.re[k]! ** 2 + inside.im[k]! ** 2;
    return 1 / Math.max(rest, Number.EPSILON);
  });
}

/** The zeros of MUSIC's denominator that are nearest to the unit circle from inside (Barabell 1983). Ascending. */
export function rootMusic(y: ComplexVector, settings: SubspaceSettings): number[] {
  const basis = signalSubspace(y, settings);
  const length = basis.rows;
  const coefficients = { re: new Float64Array(2 * length - 1), im: new Float64Array(2 * length - 1) };
  // Σ over diagonals of P_n = I − U·Uᴴ.
  coefficients.re[length - 1] = length;
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      for (let k = 0; k < basis.columns; k++) {
        const [a, b] = [i * basis.columns + k, j * basis.columns + k];
        coefficients.re[j - i + length - 1]! -= basis.re[a]! * basis.re[b]! + basis.im[a]! * basis.im[b]!;
        coefficients.im[j - i + length - 1]! -= basis.im[a]! * basis.re[b]! - basis.re[a]! * basis.im[b]!;
      }
    }
  }
  const roots = polynomialRoots(coefficients);
  const sizes = roots.re.map((re, i) => Math.hypot(re, roots.im[i]!));
  // Roots come in pairs z, 1/z̄ of the same frequency: of each pair one is inside, up to rounding.
  const inside = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]!).slice(0, length - 1);
  const nearest = inside.sort((a, b) => sizes[b]! - sizes[a]!).slice(0, settings.sources);
  return frequenciesOf({
    re: Float64Array.from(nearest, (i) => roots.re[i]!),
    im: Float64Array.from(nearest, (i) => roots.im[i]!),
  });
}

function frequenciesOf({ re, im }: ComplexVector): number[] {
  return [...re].map((real, i) => Math.atan2(im[i]!, real) / (2 * Math.PI)).sort((a, b) => a - b);
}
