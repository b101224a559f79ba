/** Looks at the activations of one site, batch by batch, in memory that does not grow with the number of batches. */
export interface Observer {
  /** @param values all activations of the site for one batch, in any order; only valid during the call */
  observe(values: Float32Array): void;
}
