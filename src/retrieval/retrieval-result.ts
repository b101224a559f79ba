import type { Score } from '../signals/score-estimates.ts';
import type { SpikingCost } from './retrieval-method.ts';

/** A source that was found in a snapshot. */
export interface FoundSource {
  /** On each axis in cycles a sensor, [−½, ½), refined. */
  readonly frequency: number[];
  /** As the method has it. */
  readonly unrefined: number[];
  /** Real and imaginary part. */
  readonly amplitude: [re: number, im: number];
}

/** A number for each figure of a score; null where sources are not known. */
type Known = { readonly [F in keyof Score]: number | null };

/** What one method came to. */
export interface RetrievalScore extends Known {
  readonly name: string;
  readonly kind: 'network' | 'spiking' | 'classical' | 'reference';
  readonly summary: string;
  /** Real multiply-accumulates a snapshot, estimated; null for spiking forms and the reference. */
  readonly operations: number | null;
  /** Spikes of a complex unit; null for what does not spike. */
  readonly spikesPerUnit: number | null;
  readonly energy: SpikingCost['energy'][number][];
  /** Sources of each snapshot by ascending frequency; only of own snapshots. */
  readonly found?: readonly (readonly FoundSource[])[];
}

/** How often two equal sources are told apart. */
export interface ResolutionCell {
  readonly name: string;
  readonly snr: number;
  /** Distance in units of 1/M. */
  readonly separation: number;
  /** Share of the trials in which each of both has an estimate of its own, within half of their distance. */
  readonly resolved: number;
  readonly trials: number;
}

/** A method at one signal-to-noise ratio. */
export interface SweepPoint extends Pick<Known, 'nmse' | 'rmse' | 'refinedRmse' | 'bound'> {
  readonly name: string;
  readonly snr: number;
}

/** Sources in snapshots by a network, its spiking forms, and classical methods. NMSE is in decibels, errors in units of 1/M. */
export interface Retrieval {
  readonly network: string;
  readonly sensors: number[];
  readonly grid: number[];
  readonly seed: number;
  readonly snapshots: number;
  /** dB; null of own snapshots. */
  readonly snr: number | null;
  readonly separation: number | null;
  readonly methods: RetrievalScore[];
  /** Magnitudes on the grid for one snapshot, and of its sources if they are known: of own snapshots the first, else one of those with the most sources. */
  readonly spectra: { readonly name: string; readonly magnitudes: number[] }[];
  readonly resolution?: ResolutionCell[];
  readonly sweep?: SweepPoint[];
}
