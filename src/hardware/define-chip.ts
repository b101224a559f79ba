import type { SpikeScaling } from '../spiking/spike-alphabet.ts';

/** What happens at one synaptic operator for one sample. */
export interface LayerTrace {
  /** Name of the operator. */
  readonly operator: string;
  /** Outputs of the operator: neurons that it drives. */
  readonly targets: number;
  /**
   * By time-step, or by slot of the window where neurons spike once: of every spike that arrives, how many synapses it has. Empty for an
   * operator that no spikes reach.
   */
  readonly events: readonly (readonly number[])[];
  /** What a spike asks of a synapse beside an addition. */
  readonly scaling: SpikeScaling;
  /** Bits that a spike carries beside its address. */
  readonly payloadBits: number;
  /** Multiply-accumulations with numbers, where no spikes reach the operator. */
  readonly macs: number;
  /** Steps, or slots, in which its neurons are updated. */
  readonly steps: number;
}

/** Sizes of a chip. */
export interface ChipSettings {
  /** Accumulators that work side by side, each with a weight a cycle. */
  readonly lanes: number;
}

/** What a chip did at one operator for one sample. */
export interface LayerRun {
  readonly cycles: number;
  /** Most events that waited at once. */
  readonly queueDepth: number;
  /** Rows of weights that were fetched, one an event. */
  readonly fetches: number;
  readonly accumulations: number;
  /** Multiply-accumulations of operators that no spikes reach. */
  readonly macs: number;
  /** Updates of neurons. */
  readonly updates: number;
}

/** A model of hardware that runs spiking networks. */
export interface Chip {
  /** Name on the command line. */
  readonly name: string;
  readonly summary: string;
  /** What it is made after: authors, title, year, where. */
  readonly paper: string;
  /** What it takes for granted, one line each. */
  readonly assumptions: readonly string[];
  run(layer: LayerTrace, settings: ChipSettings): LayerRun;
}

/** Declares a model of hardware; a missing facet does not compile. */
export function defineChip(chip: Chip): Chip {
  return chip;
}
