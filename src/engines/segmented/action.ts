import type { SynapticOperator } from '../../analysis/synaptic-operators.ts';
import type { OrtSession } from '../../sessions/ort-session.ts';
import type { Site } from '../../spiking/neuron-node.ts';
import type { Arrangement } from './arrangement.ts';
import type { EventLayer } from './events/event-layer.ts';
import type { IntegerLayer } from './events/integer-events.ts';
import type { Window } from './window.ts';

/** What every action tells the memory planner. */
interface Effects {
  /** Values it reads. */
  readonly reads: readonly string[];
  /** Values it makes. */
  readonly writes: readonly string[];
}

/** Runs the operators between two rows of cuts, once or at every step. */
export interface RunSegment extends Effects {
  readonly kind: 'segment';
  readonly session: OrtSession;
  /** Whether it is run at every step; else what it computes is the same at all of them. */
  readonly overTime: boolean;
}

/** Runs the neurons of a site over all steps. */
export interface RunNeurons extends Effects {
  readonly kind: 'neurons';
  readonly site: Site;
  /** Values to write, where something reads them. */
  readonly decoded: string | undefined;
  readonly spikes: string | undefined;
  readonly counts: string | undefined;
  /** Signed levels as bytes, for 8-bit synapses. */
  readonly levels: string | undefined;
}

/** Multiplies bytes with 8-bit weights at every step and turns the sums into running means. */
export interface RunIntegerProduct extends Effects {
  readonly kind: 'integer-product';
  readonly session: OrtSession;
  readonly input: string;
  readonly output: string;
  /** One for each output channel: real value of one unit of the product. */
  readonly scales: Float32Array;
  /** One for each output channel. */
  readonly biases: Float32Array;
  /** In which order the outputs are wanted; undefined: as they come. */
  readonly arrangement: Arrangement | undefined;
}

/** Convolves bytes with 8-bit weights at every step and turns the sums into running means. */
export interface RunIntegerConvolution extends Omit<RunIntegerProduct, 'kind' | 'arrangement'> {
  readonly kind: 'integer-convolution';
  /** Its session multiplies rows that are unfolded by this window. */
  readonly window: Window;
}

/** Runs integrate-and-fire neurons on the spikes that arrive, over all steps. */
export interface RunEventLayer extends Effects {
  readonly kind: 'event-layer';
  readonly layer: EventLayer;
  /** Its operators on 8-bit synapses; undefined: float32. */
  readonly integer: IntegerLayer | undefined;
  /** Values to write, where something reads them as numbers. */
  readonly decoded: string | undefined;
  readonly spikes: string | undefined;
}

/** Counts pairs of non-zero operands of a matrix product. */
export interface CountPairs extends Effects {
  readonly kind: 'count-pairs';
  readonly operator: SynapticOperator;
  /** The sites of the left and of the right operand. */
  readonly operands: readonly [Site, Site];
}

/** One thing the engine does for all steps of a batch. */
export type Action =
  | RunSegment
  | RunNeurons
  | RunIntegerProduct
  | RunIntegerConvolution
  | RunEventLayer
  | CountPairs;
