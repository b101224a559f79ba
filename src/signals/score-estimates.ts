import { type ComplexVector, difference, squaredNorm } from './complex-matrix.ts';
import { cramerRaoBound } from './cramer-rao.ts';
import { gridAmplitudes, type HarmonicProblem, separationOf, turnsBetween } from './harmonic-problem.ts';
import type { PerAxis, SensorArray } from './sensor-array.ts';

/** What a method says of one snapshot. */
export interface Estimate {
  /** Amplitudes on the grid. */
  readonly spectrum: ComplexVector;
  /** Frequencies as the method has them. */
  readonly frequencies: readonly PerAxis[];
  /** The same, refined by Gauss–Newton steps. */
  readonly refined: readonly PerAxis[];
  /** Frequencies of all peaks, whether or not there are as many sources. Default: `frequencies` */
  readonly peaks?: readonly PerAxis[];
}

/** A problem with all that its estimates are held against. */
export interface KnownProblem extends HarmonicProblem {
  /** Amplitudes at the nearest points of the grid. */
  readonly target: ComplexVector;
  /** Cramér–Rao bound of each source and axis, as a standard deviation. */
  readonly bounds: readonly (readonly number[])[];
}

/** A problem as estimates are held against it. */
export function knownProblem(array: SensorArray, problem: HarmonicProblem): KnownProblem {
  return {
    ...problem,
    target: gridAmplitudes(array, problem),
    bounds: cramerRaoBound(array.sensors, problem, problem.noiseVariance),
  };
}

/** How good the estimates of some snapshots are. */
export interface Score {
  /** Σ|x̂ − x|²/Σ|x|² of the amplitudes on the grid, in decibels. */
  readonly nmse: number;
  /** Share of sources with an estimate of their own within half of 1/M, or half the distance of the nearest source if that is less. */
  readonly hitRate: number;
  /** Share of snapshots all of whose sources are hit. */
  readonly resolved: number;
  /** Peaks a snapshot that are further than two points of the grid from every source. */
  readonly falsePeaks: number;
  /** Root mean square error of the frequencies that hit, in units of 1/M; null without hits. */
  readonly rmse: number | null;
  readonly refinedRmse: number | null;
  /** The Cramér–Rao bound of the same sources, in the same unit. */
  readonly bound: number | null;
  /** Errors over the bound. */
  readonly rmseOverBound: number | null;
  readonly refinedRmseOverBound: number | null;
}

/** Scores the estimates of problems whose sources are known, one for each. */
export function scoreEstimates(
  array: SensorArray,
  problems: readonly KnownProblem[],
  estimates: readonly Estimate[],
): Score {
  const { sensors, grid } = array;
  let [errors, squares, hits, sources, resolved, falsePeaks] = [0, 0, 0, 0, 0, 0];
  const [plain, refined] = [new ErrorSums(), new ErrorSums()];
  for (const [i, problem] of problems.entries()) {
    const estimate = estimates[i]!;
    errors += squaredNorm(difference(estimate.spectrum, problem.target));
    squares += squaredNorm(problem.target);
    const { bounds } = problem;
    const matches = matchSources(sensors, problem.frequencies, estimate.refined);
    const own = matchSources(sensors, problem.frequencies, estimate.frequencies);
    const found = own.filter((match) => match !== undefined).length;
    hits += found;
    sources += own.length;
    if (found === own.length) resolved++;
    for (const [k, truth] of problem.frequencies.entries()) {
      plain.add(sensors, truth, own[k], bounds[k]!);
      refined.add(sensors, truth, matches[k], bounds[k]!);
    }
    const near = (peak: PerAxis, truth: PerAxis) =>
      peak.every((f, axis) => Math.abs(turnsBetween(f, truth[axis]!)) * grid[axis]! <= 2);
    for (const peak of estimate.peaks ?? estimate.frequencies) {
      if (!problem.frequencies.some((truth) => near(peak, truth))) falsePeaks++;
    }
  }
  const count = problems.length;
  return {
    nmse: 10 * Math.log10(errors / squares),
    hitRate: hits / sources,
    resolved: resolved / count,
    falsePeaks: falsePeaks / count,
    rmse: plain.error,
    refinedRmse: refined.error,
    bound: refined.bound,
    rmseOverBound: plain.overBound,
    refinedRmseOverBound: refined.overBound,
  };
}

/** Sums of squared errors and of what they are at least. */
class ErrorSums {
  #squares = 0;
  #bounds = 0;
  #count = 0;

  add(sensors: PerAxis, truth: PerAxis, found: PerAxis | undefined, bounds: readonly number[]): void {
    if (!found || !bounds.every(Number.isFinite)) return;
    for (const [axis, count] of sensors.entries()) {
      this.#squares += (turnsBetween(found[axis]!, truth[axis]!) * count) ** 2;
      this.#bounds += (bounds[axis]! * count) ** 2;
      this.#count++;
    }
  }

  get error(): number | null {
    return this.#count === 0 ? null : Math.sqrt(this.#squares / this.#count);
  }

  get bound(): number | null {
    return this.#count === 0 ? null : Math.sqrt(this.#bounds / this.#count);
  }

  get overBound(): number | null {
    return this.#bounds === 0 ? null : Math.sqrt(this.#squares / this.#bounds);
  }
}

/** The estimate of each source: nearest pairs first, each within half of 1/M and of the distance to the next source. */
export function matchSources(
  sensors: PerAxis,
  truths: readonly PerAxis[],
  found: readonly PerAxis[],
): (PerAxis | undefined)[] {
  const reach = truths.map((truth, k) =>
    truths.reduce(
      (least, other, j) => (j === k ? least : Math.min(least, separationOf(sensors, truth, other) / 2)),
      0.5,
    ),
  );
  const pairs = truths.flatMap((truth, k) =>
    found.map((each, j) => ({ k, j, distance: separationOf(sensors, truth, each) })),
  );
  const matched = new Array<PerAxis | undefined>(truths.length);
  const used = new Set<number>();
  for (const { k, j, distance } of pairs.sort((a, b) => a.distance - b.distance)) {
    if (distance > reach[k]! || matched[k] || used.has(j)) continue;
    matched[k] = found[j]!;
    used.add(j);
  }
  return matched;
}
