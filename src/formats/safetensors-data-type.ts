import type { DataType } from '../graph/data-type.ts';

const dataTypes = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
} as const satisfies Record<string, DataType>;

/** Names of the element types in safetensors headers that Transpike reads and writes. */
export const safetensorsDtypes: readonly string[] = Object.keys(dataTypes);

/** The element type that a safetensors header calls `dtype`; `undefined` for those of no use here (8-bit floats…). */
export function dataTypeFromSafetensors(dtype: string): DataType | undefined {
  return Object.hasOwn(dataTypes, dtype) ? dataTypes[dtype as keyof typeof dataTypes] : undefined;
}

const dtypeByDataType = new Map<DataType, string>(
  Object.entries(dataTypes).map(([dtype, dataType]) => [dataType, dtype]),
);

/** What a safetensors header calls an element type. */
export function safetensorsDtype(dataType: DataType): string {
  return dtypeByDataType.get(dataType)!;
}
