/** Names of values in a graph by what they are. */
export type ValueNames<N extends string = string> = Readonly<Record<N, string>>;

/** Names of values in the body of a time-step, for the lowering of a neuron. */
export interface StepValues<P extends string = string, S extends string = string> {
  /** Running mean x̄(t), float32 [N, …]. */
  readonly mean: string;
  /** Time-step t as a float32 scalar. */
  readonly t: string;
  /** State variables, float32 [N, …]. */
  readonly state: ValueNames<S>;
  /** Parameters, float32, broadcastable to [N, …]. */
  readonly parameters: ValueNames<P>;
}

/** What the body of a time-step makes. */
export interface StepOutputs<S extends string = string> {
  /** State variables after the step. */
  readonly state: ValueNames<S>;
  /** The value the following operators read: the running mean of what was emitted, or what the code decodes to. */
  readonly decoded: string;
  /** The spike of this step; 0 for none. */
  readonly spike: string;
}
