/** Per-channel map x ↦ x·scale + shift, in float32. */
export interface ChannelAffine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  /** A bias after the map, rounded to float32 at each of the steps that batch normalisation takes. */
  readonly mapBias: (bias: number, channel: number) => number;
}
