import type { DataType } from '../../graph/data-type.ts';

/** Integers of less than a byte, several in one: what ONNX calls them, and the type that holds each of them alone. */
export interface PackedIntegers {
  readonly bits: 2 | 4;
  readonly dataType: Extract<DataType, 'int8' | 'uint8'>;
}

const packed: ReadonlyMap<number, PackedIntegers> = new Map([
  [21, { bits: 4, dataType: 'uint8' }],
  [22, { bits: 4, dataType: 'int8' }],
  [25, { bits: 2, dataType: 'uint8' }],
  [26, { bits: 2, dataType: 'int8' }],
]);

/** The packed integers with this number in ONNX; `undefined` for all other element types. */
export function packedIntegers(number: number): PackedIntegers | undefined {
  return packed.get(number);
}

/** One byte for each packed integer; the first lies in the lowest bits. */
export function unpackIntegers(
  { bits, dataType }: PackedIntegers,
  bytes: Uint8Array,
  count: number,
): Uint8Array {
  const perByte = 8 / bits;
  const shift = 32 - bits;
  return Uint8Array.from({ length: count }, (_, i) => {
    const raised = (bytes[Math.floor(i / perByte)]! >> (bits * (i % perByte))) << shift;
    return dataType === 'int8' ? raised >> shift : raised >>> shift;
  });
}
