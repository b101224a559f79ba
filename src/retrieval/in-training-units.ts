import type { ComplexVector } from '../signals/complex-matrix.ts';
import { magnitudesOf } from '../signals/estimate-sources.ts';
import type { RetrievalArray } from './retrieval-method.ts';

/** What the strongest of a few sources with magnitudes from ½ to 1 usually has. */
const strongest = 0.85;

/** A snapshot in other units. */
interface ScaledSnapshot {
  readonly snapshot: ComplexVector;
  /** What a magnitude in the given units is multiplied with. */
  readonly scale: number;
}

/**
 * A snapshot of any units in those of training, since the thresholds of a network do not scale along: the largest peak of |Aᴴy| / M becomes
 * what the strongest source there has. Zeros stay zeros.
 */
export function inTrainingUnits({ matrix }: RetrievalArray, { re, im }: ComplexVector): ScaledSnapshot {
  const peak =
    magnitudesOf(matrix.adjointTimes({ re, im })).reduce((a, b) => Math.max(a, b), 0) / matrix.rows;
  const scale = peak > 0 ? strongest / peak : 1;
  const scaled = (part: Float64Array) => part.map((value) => value * scale);
  return { snapshot: { re: scaled(re), im: scaled(im) }, scale };
}
