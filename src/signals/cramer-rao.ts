import { ComplexMatrix, type ComplexVector, difference, innerProduct } from './complex-matrix.ts';
import { leastSquaresOf, symmetricInverse } from './linear-algebra.ts';
import { type PerAxis, placesOf, positionsOf, steeringVector } from './sensor-array.ts';

/** Sources: their frequency on each axis, and their complex amplitudes. */
export interface Sources {
  readonly frequencies: readonly PerAxis[];
  readonly amplitudes: ComplexVector;
}

/** The steering vectors of sources as columns. */
export function steeringMatrix(sensors: PerAxis, frequencies: readonly PerAxis[]): ComplexMatrix {
  return ComplexMatrix.ofColumns(frequencies.map((frequency) => steeringVector(sensors, frequency)));
}

/**
 * What changing a frequency does that no change of amplitudes could: P⊥·∂a/∂f·b for each source and axis, source by source.
 */
export function perpendicularSlopes(sensors: PerAxis, { frequencies, amplitudes }: Sources): ComplexVector[] {
  const steering = steeringMatrix(sensors, frequencies);
  const positions = sensors.map(positionsOf);
  const places = [...placesOf(sensors)];
  const slopes = frequencies.flatMap((_, k) =>
    sensors.map((_, axis) => {
      const column = steering.column(k);
      const [re, im] = [amplitudes.re[k]!, amplitudes.im[k]!];
      const slope = { re: new Float64Array(places.length), im: new Float64Array(places.length) };
      for (const [m, place] of places.entries()) {
        const angular = 2 * Math.PI * positions[axis]![place[axis]!]!;
        const [real, imaginary] = [-angular * column.im[m]!, angular * column.re[m]!];
        slope.re[m] = real * re - imaginary * im;
        slope.im[m] = real * im + imaginary * re;
      }
      return slope;
    }),
  );
  const explained = leastSquaresOf(steering, slopes);
  return slopes.map((slope, i) => difference(slope, steering.times(explained[i]!)));
}

/** Re(DᴴP⊥D), row by row. */
export function slopeProducts(slopes: readonly ComplexVector[]): number[][] {
  return slopes.map((a) => slopes.map((b) => innerProduct(a, b).re));
}

/**
 * Cramér–Rao bound of the frequencies' standard deviations with unknown amplitudes in white noise of variance σ², for each source and axis:
 * the diagonal of σ²/2·[Re(Dᴴ·P⊥·D)]⁻¹ (Stoica, Nehorai 1989, doi:10.1109/29.17564). One source on a line: 6σ²/((2π)²·|b|²·M(M² − 1)).
 *
 * @returns infinities where sources cannot be told apart
 */
export function cramerRaoBound(sensors: PerAxis, sources: Sources, noiseVariance: number): number[][] {
  const inverse = symmetricInverse(slopeProducts(perpendicularSlopes(sensors, sources)));
  const axes = sensors.length;
  return sources.frequencies.map((_, k) =>
    sensors.map((_, axis) => {
      const variance = inverse?.[k * axes + axis]?.[k * axes + axis];
      return variance === undefined
        ? Number.POSITIVE_INFINITY
        : Math.sqrt((noiseVariance / 2) * Math.max(variance, 0));
    }),
  );
}
