import type { DeviceEnergy } from './energy-result.ts';
import type { SourceResult } from './source-result.ts';

/** The source network with weights and activations in as many bits as the spikes carry; evaluated on the same images. */
export interface QuantisedResult extends SourceResult {
  /** Time-steps t whose spikes carry these bits. */
  readonly steps: readonly number[];
  /** Bits a site, smallest and largest: ⌈t·log₂(spike values)⌉, at least 2 and at most 8. */
  readonly bits: readonly [number, number];
  /** Whether spikes carry more than the 8 bits that were evaluated, at one site at least. */
  readonly capped: boolean;
  /** Share of images with the source network's best class. */
  readonly agreement: number;
  readonly agreementInterval: readonly [number, number];
  /** Full estimate on `45nm-int8` at these bits; `ratio` is relative to the source network on the table's device. */
  readonly energy: DeviceEnergy;
}

/** The equal-bit quantised source networks of a run. */
export interface QuantisedResults {
  /** Where the clip ranges come from: `conversion` (calibration images) or `first batch` of the evaluation. */
  readonly ranges: 'conversion' | 'first batch';
  readonly networks: readonly QuantisedResult[];
}
