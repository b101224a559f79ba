/** Index of the first NaN or infinity; -1 without any. */
export function firstNonFinite(numbers: Float32Array | Float64Array): number {
  // A loop without a call for each number, which would allocate: images and activations have many.
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return i;
  return -1;
}
