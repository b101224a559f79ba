import { GraphError } from '../errors.ts';

/** Facts about one element type: its number in ONNX, its size, and the array that reads aligned bytes of it. */
interface DataTypeFacts {
  readonly onnx: number;
  readonly bytes: number;
}

const facts = {
  float32: { onnx: 1, bytes: 4 },
  uint8: { onnx: 2, bytes: 1 },
  int8: { onnx: 3, bytes: 1 },
  uint16: { onnx: 4, bytes: 2 },
  int16: { onnx: 5, bytes: 2 },
  int32: { onnx: 6, bytes: 4 },
  int64: { onnx: 7, bytes: 8 },
  bool: { onnx: 9, bytes: 1 },
  float16: { onnx: 10, bytes: 2 },
  float64: { onnx: 11, bytes: 8 },
  uint32: { onnx: 12, bytes: 4 },
  uint64: { onnx: 13, bytes: 8 },
  bfloat16: { onnx: 16, bytes: 2 },
} as const satisfies Record<string, DataTypeFacts>;

/** Element type of a tensor. */
export type DataType = keyof typeof facts;

/** Size of one element in bytes. */
export function bytesPerElement(dataType: DataType): number {
  return facts[dataType].bytes;
}

/** The number ONNX gives to an element type. */
export function onnxDataType(dataType: DataType): number {
  return facts[dataType].onnx;
}

const byOnnxNumber = new Map(
  Object.entries(facts).map(([name, { onnx }]) => [onnx as number, name as DataType]),
);

/**
 * The element type with this number in ONNX.
 *
 * @throws GraphError for strings, complex numbers, sub-byte integers and 8-bit floats, which no part of a spiking network needs.
 */
export function dataTypeFromOnnx(number: number, where: string): DataType {
  const dataType = byOnnxNumber.get(number);
  if (dataType) return dataType;
  throw new GraphError({
    where,
    expected: `one of the element types ${Object.keys(facts).join(', ')}`,
    got: `ONNX element type number ${number}`,
    remedy: 'Export the model with float32, float16 or bfloat16 weights',
  });
}
