import type { CircuitShape } from '../circuit/circuit.ts';

/** What happens to a potential that its accumulator has no room for. */
export type Overflow = 'saturate' | 'wrap';

/** Numbers of an integer network. */
export interface IntegerFormat {
  /** Bits of a weight, sign included. */
  readonly weightBits: 4 | 8 | 16;
  /** Bits of a membrane potential, sign included. */
  readonly accumulatorBits: number;
  readonly overflow: Overflow;
}

/** Whole numbers that come from outside: x ≈ scale · q with q in −127…127. */
export interface IntegerInput {
  readonly kind: 'input';
  readonly name: string;
  readonly shape: CircuitShape;
  readonly overTime: boolean;
  readonly scale: number;
}

/** Sums over windows. */
export interface IntegerPool {
  readonly kind: 'sum-pool';
  readonly name: string;
  readonly from: string;
  readonly fromShape: CircuitShape;
  readonly shape: CircuitShape;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/**
 * Synapses in whole numbers, laid out for events: weights [in / groups · groups, height, width, out / groups], so that what one spike adds stands
 * together. A matrix is a convolution of one place.
 */
export interface IntegerSynapses {
  readonly name: string;
  /** Node whose spikes or numbers they read. */
  readonly from: string;
  /** Maps that are read [channels, height, width]; a vector has one place. */
  readonly fromShape: readonly [number, number, number];
  readonly toShape: readonly [number, number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly weight: Int32Array;
}

/**
 * Neurons with whole numbers as potentials, or what is read out. A potential of channel c is v·unit[c]. Thresholds and first potentials are given
 * for each neuron, places first: [height, width, channels].
 */
export interface IntegerPopulation {
  readonly kind: 'population' | 'output';
  readonly name: string;
  readonly shape: CircuitShape;
  readonly unit: Float64Array;
  /** Added in every step, by channel. */
  readonly bias: Int32Array;
  readonly threshold: Int32Array;
  readonly initialPotential: Int32Array;
  readonly synapses: readonly IntegerSynapses[];
  /** Largest error of a threshold by rounding, relative. */
  readonly thresholdError: number;
}

export type IntegerNode = IntegerInput | IntegerPool | IntegerPopulation;

/** A circuit in whole numbers, as a chip calculates. */
export interface IntegerNetwork {
  readonly steps: number;
  readonly format: IntegerFormat;
  readonly nodes: readonly IntegerNode[];
}

/** A shape as maps: a vector is one of one place. */
export function asMaps(shape: CircuitShape): readonly [number, number, number] {
  const [channels = 1, height = 1, width = 1] = shape;
  return [channels, height, width];
}
