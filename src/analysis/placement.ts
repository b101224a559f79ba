/** A place for neurons: a value and those of its readers that are to be fed by spikes. */
export interface Placement {
  /** Name of the site, unique in the model and the same in reports and run records. */
  readonly name: string;
  /** The value that the neurons receive. */
  readonly value: string;
  /** The readers of what the neurons make of it, by node name and input position. */
  readonly readers: readonly { readonly node: string; readonly input: number }[];
}
