/** What weights are rounded with. */
export interface RoundingFacts {
  /** One for each output channel. */
  readonly scales: Float32Array;
  /** Largest whole number. */
  readonly most: number;
  /** Σ x·xᵀ over inputs x, [n, n]; absent where inputs were not seen. */
  readonly correlations?: Float64Array | undefined;
}

/** A way to choose the whole numbers that stand for weights. */
export interface Rounding<Name extends string = string> {
  readonly name: Name;
  /** What it does, in one line. */
  readonly summary: string;
  /** Whether it makes use of the inputs of an operator. */
  readonly readsInputs: boolean;
  /** Whether the largest weight of a channel sets its scale. Default false: the scale serves rounding to nearest best. */
  readonly scalesByLargest?: boolean;
  /**
   * @param channels the n weights of each output channel
   * @returns whole numbers from −most to most, as many
   */
  round(channels: readonly Float32Array[], facts: RoundingFacts): Int8Array[];
}

/** Declares a rounding. */
export function defineRounding<const Name extends string>(rounding: Rounding<Name>): Rounding<Name> {
  return rounding;
}
