/** Rules of firing, as numbers. */
export const NEAREST = 0;
export const FLOOR = 1;
export const SCANNED = 2;

/** Half a mantissa, exponent bits, 1.0, 0.5, 1.5·2²³ and all bits but the sign. Read from memory, they stay in registers; written as constants, V8 makes them anew at each use. */
export const constants: usize = memory.data<u32>(
  [0x400000, 0x7f800000, 0x3f800000, 0x3f000000, 0x4b400000, 0x7fffffff], 16,
);

/**
 * Level of a ladder of powers of two that fires, 0 for none. The exponent bits alone are the largest power of two below;
 * half of the mantissa more makes it the nearest one.
 *
 * @param ratio magnitude of the potential in units of the threshold
 * @param raise the first of the {@link constants}; `exponent`, `one` and `half` are the next ones
 */
@inline
export function powerLevel(
  rule: i32, ratio: v128, fires: v128, raise: v128, exponent: v128, one: v128, half: v128, top: v128,
): v128 {
  const raised = rule == NEAREST ? i32x4.add(ratio, raise) : f32x4.add(ratio, half);
  return v128.and(f32x4.pmin(f32x4.pmax(v128.and(raised, exponent), one), top), fires);
}

/** Signed threshold on the side of a potential: θ₊, or −θ₋ where the potential is negative. */
@inline
export function thresholdOf(potential: v128, positive: f32, negative: f32): v128 {
  return v128.bitselect(f32x4.splat(-negative), f32x4.splat(positive), f32x4.lt(potential, f32x4.splat(0)));
}

/**
 * Spike of an integrate-and-fire neuron with soft reset: its amplitude where accumulated − emitted·charge reaches the threshold.
 *
 * @param charge what a unit of what was emitted takes of the potential
 */
@inline
export function integratedSpike(
  accumulated: v128, emitted: v128, charge: v128, amplitude: f32, threshold: f32,
): v128 {
  const potential = f32x4.sub(accumulated, f32x4.mul(emitted, charge));
  return v128.and(f32x4.splat(amplitude), f32x4.ge(potential, f32x4.splat(threshold)));
}
