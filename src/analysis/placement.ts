/** A place for neurons: a value and those of its readers that are to be fed by spikes. */
export interface Placement {
  /** Name of the site, unique in the model and the same in reports and run records. */
  readonly name: string;
  /** The value that the neurons receive. */
  readonly value: string;
  /** The readers of what the neurons make of it, by node name and input position. */
  readonly readers: readonly { readonly node: string; readonly input: number }[];
  /** Where the batch lies in the value; absent where it is in front. */
  readonly batch?: BatchLayout;
}

/** Where the batch lies in a value of which it is not the leading axis, as in [sequence, N, features] or [sequence·N, features]. */
export interface BatchLayout {
  /** The axis that holds it. */
  readonly axis: number;
  /** Number of elements of this axis that belong to one image, behind each other. */
  readonly inner: number;
  readonly rank: number;
  /** Lengths for one image, where the axis holds more than the batch. */
  readonly shape?: readonly number[];
  /** Whether what comes before the batch in its axis may have another length in other data. */
  readonly open: boolean;
}
