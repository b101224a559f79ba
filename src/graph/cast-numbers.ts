import type { DataType } from './data-type.ts';
import { float32ToBfloat16, float32ToFloat16 } from './half-precision.ts';
import type { TypedNumbers } from './typed-view.ts';

/** Whole numbers that each element type holds. */
const wholeNumbers = {
  bool: [0, 1],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
} as const satisfies Partial<Record<DataType, readonly [number, number]>>;

/** Position of the first number that an element type cannot hold: no whole number, or beyond its range; -1 without any. Floats hold all. */
export function firstMisfit(data: TypedNumbers, dataType: DataType): number {
  const isOfType = dataType !== 'bool' && data.constructor === arrays[dataType];
  if (isOfType || !isWhole(dataType)) return -1;
  const [smallest, largest] = wholeNumbers[dataType];
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (!Number.isInteger(value) || value < smallest || value > largest) return i;
  }
  return -1;
}

/** Whether numbers of an element type are whole ones (truth values are 0 and 1). */
function isWhole(dataType: DataType): dataType is keyof typeof wholeNumbers {
  return dataType in wholeNumbers;
}

/** The same numbers as an array of an element type; one that is of it already is passed as it is. */
export function castNumbers(data: TypedNumbers, dataType: DataType): TypedNumbers {
  if (data.constructor === arrays[dataType]) return data;
  const numbers = data as ArrayLike<number | bigint>;
  switch (dataType) {
    case 'float16':
      return float32ToFloat16(Float32Array.from(numbers, Number));
    case 'bfloat16':
      return float32ToBfloat16(Float32Array.from(numbers, Number));
    case 'int64':
      return BigInt64Array.from(numbers, BigInt);
    case 'uint64':
      return BigUint64Array.from(numbers, BigInt);
    default:
      return (arrays[dataType] as typeof Float64Array).from(numbers as ArrayLike<number>, Number);
  }
}

/** Zeros of an element type. */
export function emptyNumbers(dataType: DataType, size: number): TypedNumbers {
  return new (arrays[dataType] ?? Uint16Array)(size);
}

/** Half precision has no array here; its bits are encoded. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: undefined,
  bfloat16: undefined,
} as const;
