import type { ComplexMatrix, ComplexVector } from '../signals/complex-matrix.ts';
import { findPeaks, magnitudesOf, peakFloor, refineSources } from '../signals/estimate-sources.ts';
import type { Estimate } from '../signals/score-estimates.ts';
import { dictionary, type PerAxis, type SensorArray } from '../signals/sensor-array.ts';

/** A snapshot, and how many sources to look for. */
export interface Observed {
  readonly snapshot: ComplexVector;
  /** Default: as many as the spectrum has peaks. */
  readonly sources?: number | undefined;
  /** Whether frequencies are to be refined. Default true */
  readonly refine?: boolean | undefined;
}

/** What the spikes of a network cost, means over the snapshots so far. */
export interface SpikingCost {
  /** Spikes of a complex unit in the whole run. */
  readonly spikesPerUnit: number;
  /** Full estimates by device. */
  readonly energy: readonly {
    readonly device: string;
    readonly nanojoules: number;
    /** Over the unconverted network on the same device. */
    readonly ratio: number;
    /** Over the unconverted network in as many bits as the spikes carry; null where the device has no such figures. */
    readonly equalBitsRatio: number | null;
  }[];
}

/** A way to find sources in snapshots. */
export interface RetrievalMethod {
  readonly name: string;
  readonly summary: string;
  readonly kind: 'network' | 'spiking' | 'classical' | 'reference';
  /** Real multiply-accumulates a snapshot, estimated; a complex product is four. Null where they are not counted. */
  readonly operations: number | null;
  estimate(observed: readonly Observed[]): Promise<Estimate[]>;
  /** What spikes cost; absent for what does not spike. */
  cost?(): SpikingCost | undefined;
  close?(): Promise<void>;
}

/** An array with its dictionary, which all methods share. */
export interface RetrievalArray extends SensorArray {
  readonly matrix: ComplexMatrix;
}

/** Computes the dictionary of an array once. */
export function retrievalArray({ sensors, grid }: SensorArray): RetrievalArray {
  return { sensors, grid, matrix: dictionary({ sensors, grid }) };
}

/** Share of the largest magnitude from which on a point beside a peak may be a source of its own, where their number is known. */
const besideFloor = 0.1;

/** What a spectrum on the grid says of a snapshot. */
export function estimateOf(
  { sensors, grid }: SensorArray,
  spectrum: ComplexVector,
  observed: Observed,
): Estimate {
  const { sources } = observed;
  const magnitudes = magnitudesOf(spectrum);
  const peaks = findPeaks(magnitudes, grid, { floor: peakFloor }).map(({ frequency }) => frequency);
  const chosen =
    sources === undefined
      ? peaks
      : findPeaks(magnitudes, grid, { floor: besideFloor, sources }).map(({ frequency }) => frequency);
  return { ...refined({ sensors, grid }, chosen, observed), spectrum, peaks };
}

/** Frequencies as they are found, and refined. */
export function refined(
  { sensors }: SensorArray,
  frequencies: readonly PerAxis[],
  { snapshot, refine = true }: Observed,
): Pick<Estimate, 'frequencies' | 'refined'> {
  if (frequencies.length === 0 || !refine) return { frequencies, refined: [] };
  return { frequencies, refined: refineSources(sensors, frequencies, snapshot).frequencies };
}
