import { expect, it } from 'vitest';
import { castNumbers } from './cast-numbers.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';

it('gives the same numbers in every element type', () => {
  const numbers = Int16Array.of(0, 1, 100);
  expect(castNumbers(numbers, 'int64')).toEqual(BigInt64Array.of(0n, 1n, 100n));
  expect(castNumbers(BigInt64Array.of(7n), 'int32')).toEqual(Int32Array.of(7));
  expect(castNumbers(BigUint64Array.of(7n), 'float64')).toEqual(Float64Array.of(7));
  expect(castNumbers(numbers, 'int16')).toBe(numbers);
});

it.each([
  ['float16', float16ToFloat32, 11, -14],
  ['bfloat16', bfloat16ToFloat32, 8, -126],
] as const)('rounds to the nearest %s, ties to even', (dataType, decode, digits, smallest) => {
  const numbers = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i) * 2 ** ((i % 44) - 29));
  const decoded = decode(castNumbers(numbers, dataType) as Uint16Array);
  for (const [i, value] of numbers.entries()) {
    const unit = 2 ** (Math.max(smallest, Math.floor(Math.log2(Math.abs(value)))) - digits + 1);
    const units = value / unit;
    const floor = Math.floor(units);
    const up = units - floor > 0.5 || (units - floor === 0.5 && floor % 2 !== 0);
    expect(decoded[i]).toBe((up ? floor + 1 : floor) * unit || 0 * value);
  }
});

it('keeps every half precision number, infinities and signs of zero', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  for (const [dataType, decode] of [
    ['float16', float16ToFloat32],
    ['bfloat16', bfloat16ToFloat32],
  ] as const) {
    const values = decode(bits);
    const again = castNumbers(values, dataType) as Uint16Array;
    for (const [i, each] of bits.entries()) if (!Number.isNaN(values[i])) expect(again[i]).toBe(each);
  }
});
