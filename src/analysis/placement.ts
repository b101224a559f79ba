/** A place for neurons: a value and those of its readers that are to be fed by spikes. */
export interface Placement {
  /** Name of the site, unique in the model. */
  readonly name: string;
  /** The value that is to be carried by spikes. */
  readonly value: string;
  /** Readers by node name and input position. */
  readonly readers: readonly { readonly node: string; readonly input: number }[];
}
