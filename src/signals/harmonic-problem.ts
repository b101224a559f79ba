import { UsageError } from '../errors.ts';
import type { Random } from '../random.ts';
import { type ComplexVector, complexZeros, squaredNorm } from './complex-matrix.ts';
import { type Sources, steeringMatrix } from './cramer-rao.ts';
import { countOf, mostSources, type PerAxis, requireArray, type SensorArray } from './sensor-array.ts';

/** Smallest and largest value of what is drawn uniformly. */
export type Range = readonly [number, number];

/** What problems are drawn. */
export interface ProblemSettings extends SensorArray {
  /** Number of sources. */
  readonly sources: Range;
  /** Smallest distance of two sources in units of 1/M, on the axis on which they are farthest apart. */
  readonly separation: number;
  /** Share of further sources that are looked for within three such distances of another one. */
  readonly close: number;
  /** Magnitudes of the amplitudes; phases are uniform. */
  readonly magnitudes: Range;
  /** Mean power of what sensors see of the sources over the variance of their noise, in decibels. */
  readonly snr: Range;
}

/** The problem that is written about most: a line of 64 sensors, up to five sources, 15 dB. */
export const defaultProblems: ProblemSettings = {
  sensors: [64],
  grid: [128],
  sources: [1, 5],
  separation: 1.5,
  close: 0,
  magnitudes: [0.5, 1],
  snr: [15, 15],
};

/** One snapshot of an array, and what is in it. */
export interface HarmonicProblem extends Sources {
  /** y = Σ a(f)·b + noise, one number a sensor. */
  readonly snapshot: ComplexVector;
  /** Variance σ² of the complex noise of one sensor. */
  readonly noiseVariance: number;
}

/** How often places for all sources are looked for before giving up. */
const attempts = 1000;

/** @throws UsageError if no such problem can be drawn */
export function requireProblems(settings: ProblemSettings): void {
  requireArray(settings);
  const { sources, separation, sensors, close, snr } = settings;
  const [fewest, most] = sources;
  const room = countOf(sensors.map((count) => count / Math.max(separation, 1e-9)));
  const problems: string[] = [];
  if (!(Number.isInteger(fewest) && Number.isInteger(most) && fewest >= 1 && most >= fewest)) {
    problems.push(`sources ${fewest} to ${most}`);
  } else if (most > mostSources(sensors)) {
    problems.push(`${most} sources, where the array resolves ${mostSources(sensors)} at most`);
  } else if (most > room / 2) problems.push(`${most} sources ${separation}/M apart`);
  if (!(separation >= 0)) problems.push(`separation ${separation}`);
  if (!(close >= 0 && close <= 1)) problems.push(`share of close sources ${close}`);
  if (!(snr[0] <= snr[1])) problems.push(`signal-to-noise ratio ${snr[0]} to ${snr[1]} dB`);
  if (problems.length === 0) return;
  throw new UsageError({
    where: `harmonic retrieval with ${sensors.join(' × ')} sensors`,
    expected: 'one or more sources that have room beside each other, at most one for two sensors',
    got: problems.join('; '),
    remedy: 'Ask for fewer sources, or closer ones',
  });
}

/** Draws one problem. */
export function drawProblem(settings: ProblemSettings, random: Random): HarmonicProblem {
  const { sources, magnitudes, snr, sensors } = settings;
  const count = sources[0] + random.integer(sources[1] - sources[0] + 1);
  const frequencies = drawFrequencies(settings, count, random);
  const amplitudes = complexZeros(count);
  for (let k = 0; k < count; k++) {
    const [size, phase] = [random.uniform(...magnitudes), random.uniform(0, 2 * Math.PI)];
    amplitudes.re[k] = size * Math.cos(phase);
    amplitudes.im[k] = size * Math.sin(phase);
  }
  return observe(sensors, { frequencies, amplitudes }, random.uniform(...snr), random);
}

/** Two sources of the same magnitude, a distance of `separation`/M apart on every axis. */
export function drawPair(sensors: PerAxis, separation: number, snr: number, random: Random): HarmonicProblem {
  const first = sensors.map(() => random.uniform(-0.5, 0.5));
  const second = first.map((f, axis) => turnsBetween(f + separation / sensors[axis]!, 0));
  const phases = [random.uniform(0, 2 * Math.PI), random.uniform(0, 2 * Math.PI)];
  const amplitudes = {
    re: Float64Array.from(phases, (phase) => pairMagnitude * Math.cos(phase)),
    im: Float64Array.from(phases, (phase) => pairMagnitude * Math.sin(phase)),
  };
  return observe(sensors, { frequencies: [first, second], amplitudes }, snr, random);
}

/** Magnitude of both sources of a pair: the middle of what is drawn otherwise. */
const pairMagnitude = 0.75;

/** A snapshot of given sources with noise. */
export function observe(
  sensors: PerAxis,
  { frequencies, amplitudes }: Sources,
  snr: number,
  random: Random,
): HarmonicProblem {
  const snapshot = steeringMatrix(sensors, frequencies).times(amplitudes);
  const power = squaredNorm(snapshot) / snapshot.re.length;
  const noiseVariance = power / 10 ** (snr / 10);
  const deviation = Math.sqrt(noiseVariance / 2);
  for (let m = 0; m < snapshot.re.length; m++) {
    snapshot.re[m]! += deviation * random.normal();
    snapshot.im[m]! += deviation * random.normal();
  }
  return { snapshot, frequencies, amplitudes, noiseVariance };
}

/** Distance of two frequencies in units of 1/M, on the axis on which it is largest; −½ and ½ are the same. */
export function separationOf(sensors: PerAxis, a: PerAxis, b: PerAxis): number {
  return Math.max(...sensors.map((count, axis) => Math.abs(turnsBetween(a[axis]!, b[axis]!)) * count));
}

/** a − b on the circle of frequencies, in [−½, ½]. */
export function turnsBetween(a: number, b: number): number {
  const turns = a - b;
  return turns - Math.round(turns);
}

function drawFrequencies(settings: ProblemSettings, count: number, random: Random): PerAxis[] {
  const { sensors, separation } = settings;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found: PerAxis[] = [];
    while (found.length < count) {
      const next = drawFrequency(settings, found, random);
      if (found.some((other) => separationOf(sensors, next, other) < separation)) break;
      found.push(next);
    }
    if (found.length === count) return found;
  }
  throw new UsageError({
    where: 'harmonic retrieval',
    expected: `room for ${count} sources ${separation}/M apart`,
    got: `none in ${attempts} attempts`,
    remedy: 'Ask for fewer sources, or closer ones',
  });
}

function drawFrequency(
  { sensors, separation, close }: ProblemSettings,
  others: readonly PerAxis[],
  random: Random,
): PerAxis {
  const near = others.length > 0 && random.chance(close) ? others[random.integer(others.length)] : undefined;
  return sensors.map((count, axis) => {
    if (!near) return random.uniform(-0.5, 0.5);
    const reach = (3 * separation) / count;
    return turnsBetween(near[axis]! + random.uniform(-reach, reach), 0);
  });
}

/**
 * What a network is to answer: the amplitude of each source at the nearest point of the grid. A source nearest to ½ stands at −½, where
 * the centred array sees it with the opposite sign for an even number of sensors.
 */
export function gridAmplitudes({ sensors, grid }: SensorArray, sources: Sources): ComplexVector {
  const made = complexZeros(countOf(grid));
  for (const [k, frequency] of sources.frequencies.entries()) {
    let [flat, sign] = [0, 1];
    for (const [axis, points] of grid.entries()) {
      const nearest = Math.round((frequency[axis]! + 0.5) * points);
      if (nearest === points && sensors[axis]! % 2 === 0) sign = -sign;
      flat = flat * points + (nearest % points);
    }
    made.re[flat]! += sign * sources.amplitudes.re[k]!;
    made.im[flat]! += sign * sources.amplitudes.im[k]!;
  }
  return made;
}
