/** Looks at the activations of one site, batch by batch, in memory that does not grow with the number of batches. */
export interface Observer {
  /**
   * @param values all activations of the site for one batch, row-major; only valid during the call
   * @param shape their shape [N, …]
   */
  observe(values: Float32Array, shape: readonly number[]): void;
}
