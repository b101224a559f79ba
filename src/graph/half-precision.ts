/** IEEE 754 binary16 bit patterns as float32 numbers (exact: every half is a float32). */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const result = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) result[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) result[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else result[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return result;
}

/** bfloat16 bit patterns as float32 numbers (exact: a bfloat16 is the upper half of a float32). */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** The nearest IEEE 754 binary16 of each number, ties to even, as bit patterns; beyond ±65,504 infinity. */
export function float32ToFloat16(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(numbers, (value) => {
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
    if (Number.isNaN(value)) return 0x7e00;
    const size = Math.abs(value);
    if (size >= 65520) return sign | 0x7c00;
    // Below 2^-14 all halves are multiples of 2^-24.
    const exponent = Math.max(-14, Math.floor(Math.log2(size)));
    const units = roundToEven(size / 2 ** (exponent - 10));
    // Units carry over into the exponent where rounding reaches the next power of two.
    return sign | (units + (exponent + 14) * 1024);
  });
}

/** The nearest bfloat16 of each number, ties to even, as bit patterns. */
export function float32ToBfloat16(numbers: Float32Array): Uint16Array {
  const bits = new Uint32Array(numbers.slice().buffer);
  return Uint16Array.from(bits, (each, i) =>
    Number.isNaN(numbers[i]) ? 0x7fc0 : (each + 0x7fff + ((each >>> 16) & 1)) >>> 16,
  );
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
