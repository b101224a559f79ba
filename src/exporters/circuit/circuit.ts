/** Lengths of the axes of a value for one sample, without time. */
export type CircuitShape = readonly number[];

interface NodeBase {
  readonly name: string;
  /** Nodes whose values it reads, added up. */
  readonly reads: readonly string[];
  /** Shape of what it makes. */
  readonly shape: CircuitShape;
}

/** Numbers from outside: the same in every step, or others in each. */
export interface CircuitInput extends NodeBase {
  readonly kind: 'input';
  readonly overTime: boolean;
}

/** A convolution of maps [channels, height, width]; weight [out, in / groups, height, width]. */
export interface CircuitConvolution extends NodeBase {
  readonly kind: 'convolution';
  readonly from: CircuitShape;
  readonly kernel: readonly [height: number, width: number];
  readonly weight: Float64Array;
  readonly bias?: Float64Array;
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** A matrix [out, in] times a vector. */
export interface CircuitLinear extends NodeBase {
  readonly kind: 'linear';
  readonly from: CircuitShape;
  readonly weight: Float64Array;
  readonly bias?: Float64Array;
}

/** Sums over windows of each map. */
export interface CircuitSumPool extends NodeBase {
  readonly kind: 'sum-pool';
  readonly from: CircuitShape;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** Maps as one vector. */
export interface CircuitFlatten extends NodeBase {
  readonly kind: 'flatten';
  readonly from: CircuitShape;
}

/**
 * Neurons whose spikes are worth 1: v = λ·v + x, a spike where v reaches θ (or exceeds it), of which θ is then taken off. One number a
 * neuron.
 */
export interface CircuitPopulation extends NodeBase {
  readonly kind: 'population';
  readonly threshold: Float64Array;
  readonly initialPotential: Float64Array;
  readonly leak: Float64Array;
  readonly fires: 'reaching' | 'exceeding';
}

/** What is read out: the mean over time of what arrives. */
export interface CircuitOutput extends NodeBase {
  readonly kind: 'output';
}

export type CircuitNode =
  | CircuitInput
  | CircuitConvolution
  | CircuitLinear
  | CircuitSumPool
  | CircuitFlatten
  | CircuitPopulation
  | CircuitOutput;

/** Nodes with weights. */
export type CircuitSynapses = CircuitConvolution | CircuitLinear;

/**
 * A spiking network as hardware has it: populations of integrate-and-fire neurons, whose spikes are all worth 1, and synapses between them.
 * What a spike says, averages and shortcuts are part of the weights.
 */
export interface Circuit {
  readonly steps: number;
  /** In an order in which they can be computed. */
  readonly nodes: readonly CircuitNode[];
}
