import {
  type ComplexMatrix,
  type ComplexVector,
  difference,
  innerProduct,
  squaredNorm,
} from './complex-matrix.ts';
import { perpendicularSlopes, type Sources, slopeProducts, steeringMatrix } from './cramer-rao.ts';
import { turnsBetween } from './harmonic-problem.ts';
import { leastSquares, symmetricInverse } from './linear-algebra.ts';
import { frequencyAt, type PerAxis, placeAt } from './sensor-array.ts';

/** Where a spectrum on a grid has a source. */
export interface Peak {
  /** Place on the grid. */
  readonly place: number;
  /** Between the points of the grid, by a parabola through the magnitudes beside it on each axis. */
  readonly frequency: PerAxis;
  readonly magnitude: number;
}

/** How peaks are told from the rest. */
export interface PeakRule {
  /** Smallest magnitude that counts, as a share of the largest. */
  readonly floor: number;
  /** As many as there are sources: the largest peaks, and if there are fewer the largest points beside them. Default: all peaks */
  readonly sources?: number | undefined;
}

/** Share of the largest magnitude from which on a peak counts: sources of half the amplitude are seen. */
export const peakFloor = 0.25;

/** The peaks of magnitudes on a grid, largest first. Both ends of an axis touch. */
export function findPeaks(magnitudes: Float64Array, grid: PerAxis, { floor, sources }: PeakRule): Peak[] {
  const limit = floor * magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const order = [...magnitudes.keys()]
    .filter((n) => magnitudes[n]! > 0)
    .sort((a, b) => magnitudes[b]! - magnitudes[a]!);
  const loud = order.filter((n) => magnitudes[n]! >= limit);
  const peaks = loud.filter((n) =>
    neighbours(grid, n).every((other) => magnitudes[other]! <= magnitudes[n]!),
  );
  // Where the number of sources is known and there are fewer peaks, two sources are beside each other.
  const taken = sources === undefined ? peaks : [...new Set([...peaks, ...loud])].slice(0, sources);
  const alone = (n: number) => neighbours(grid, n).every((other) => !taken.includes(other));
  return taken.map((place) => ({
    place,
    frequency: alone(place) ? between(magnitudes, grid, place) : frequencyAt(grid, place),
    magnitude: magnitudes[place]!,
  }));
}

/** Places that touch one, along axes and diagonals. */
function neighbours(grid: PerAxis, flat: number): number[] {
  let found = [0];
  for (const [axis, n] of placeAt(grid, flat).entries()) {
    const points = grid[axis]!;
    found = found.flatMap((before) =>
      [-1, 0, 1].map((step) => before * points + ((n + step + points) % points)),
    );
  }
  return found.filter((place) => place !== flat);
}

function between(magnitudes: Float64Array, grid: PerAxis, place: number): PerAxis {
  const at = placeAt(grid, place);
  const middle = magnitudes[place]!;
  return frequencyAt(grid, place).map((frequency, axis) => {
    const points = grid[axis]!;
    const beside = (step: number) => {
      const moved = at.map((n, each) => (each === axis ? (n + step + points) % points : n));
      return magnitudes[moved.reduce((flat, n, each) => flat * grid[each]! + n, 0)]!;
    };
    const [left, right] = [beside(-1), beside(1)];
    const bend = left - 2 * middle + right;
    const shift = bend < 0 ? Math.max(-0.5, Math.min(0.5, (left - right) / (2 * bend))) : 0;
    return turnsBetween(frequency + shift / points, 0);
  });
}

/** The amplitudes that explain a snapshot best by sources of these frequencies. */
export function fitAmplitudes(
  sensors: PerAxis,
  frequencies: readonly PerAxis[],
  snapshot: ComplexVector,
): Sources {
  const steering = steeringMatrix(sensors, frequencies);
  return { frequencies, amplitudes: leastSquares(steering, snapshot) };
}

/** Iterations after which a refinement is as good as it gets. */
const refinements = 8;

/**
 * Gauss–Newton steps to the least squares of a snapshot, amplitudes eliminated (variable projection): f ← f + [Re(DᴴP⊥D)]⁻¹·Re(Dᴴ·rest).
 * A step is halved until the rest becomes smaller, and no longer than a quarter of 1/M.
 */
export function refineSources(sensors: PerAxis, start: readonly PerAxis[], snapshot: ComplexVector): Sources {
  let best = fitAmplitudes(sensors, start, snapshot);
  let error = restOf(sensors, best, snapshot);
  for (let i = 0; i < refinements; i++) {
    const slopes = perpendicularSlopes(sensors, best);
    const inverse = symmetricInverse(slopeProducts(slopes));
    if (!inverse) break;
    const pull = slopes.map((slope) => innerProduct(slope, error.rest).re);
    const step = inverse.map((row) => row.reduce((sum, value, j) => sum + value * pull[j]!, 0));
    const next = betterBy(sensors, best, step, snapshot, error.squares);
    if (!next) break;
    const gained = error.squares - next.error.squares;
    [best, error] = [next.sources, next.error];
    if (gained < 1e-10 * error.squares) break;
  }
  return best;
}

function restOf(sensors: PerAxis, { frequencies, amplitudes }: Sources, snapshot: ComplexVector) {
  const rest = difference(snapshot, steeringMatrix(sensors, frequencies).times(amplitudes));
  return { rest, squares: squaredNorm(rest) };
}

function betterBy(
  sensors: PerAxis,
  { frequencies }: Sources,
  step: readonly number[],
  snapshot: ComplexVector,
  squares: number,
) {
  for (let share = 1; share > 0.01; share /= 2) {
    const moved = frequencies.map((frequency, k) =>
      frequency.map((f, axis) => {
        const limit = 0.25 / sensors[axis]!;
        const wanted = share * step[k * sensors.length + axis]!;
        return turnsBetween(f + Math.max(-limit, Math.min(limit, wanted)), 0);
      }),
    );
    const sources = fitAmplitudes(sensors, moved, snapshot);
    const error = restOf(sensors, sources, snapshot);
    if (error.squares < squares) return { sources, error };
  }
  return undefined;
}

/** A Fourier spectrum on the grid, |Aᴴy|/M: zero-padded, without a window. */
export function fourierSpectrum(dictionary: ComplexMatrix, snapshot: ComplexVector): ComplexVector {
  const { re, im } = dictionary.adjointTimes(snapshot);
  return { re: re.map((x) => x / dictionary.rows), im: im.map((x) => x / dictionary.rows) };
}

/** |x| of each element. */
export function magnitudesOf({ re, im }: ComplexVector): Float64Array {
  return re.map((x, i) => Math.hypot(x, im[i]!));
}
