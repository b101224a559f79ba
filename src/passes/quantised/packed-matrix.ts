import { Tensor } from '../../graph/tensor.ts';

/** The weights of MatMulNBits: integers of a few bits in blocks along the rows of [columns, rows]. */
export interface PackedMatrix {
  /** Length of the dimension that is summed over. */
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly blockSize: number;
  /** uint8 [columns, blocks, blockSize·bits/8]; the first integer of a byte lies in its lowest bits. */
  readonly integers: Tensor;
  /** [columns·blocks] */
  readonly scales: Tensor;
  /** Numbers [columns·blocks], or packed like the integers, each column from a whole byte on. Default: half of the range. */
  readonly zeroPoints: Tensor | undefined;
  /** The block of each row; default: blockSize rows one after the other. */
  readonly groups: Tensor | undefined;
}

/** The matrix [rows, columns] in float32. */
export function unpackMatrix(packed: PackedMatrix): Tensor {
  const { rows, columns, bits, blockSize, integers, scales, groups } = packed;
  const blocks = Math.ceil(rows / blockSize);
  const bytes = integers.bytes();
  const scale = scales.toNumbers();
  const zeroOf = zeroPointReader(packed, blocks);
  const group = groups?.toNumbers();
  const bytesPerColumn = blocks * ((blockSize * bits) / 8);
  const values = new Float32Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const block = group ? group[row]! : Math.floor(row / blockSize);
      const integer = integerAt(bytes, column * bytesPerColumn, row, bits);
      const factor = scale[column * blocks + block]!;
      values[row * columns + column] = (integer - zeroOf(column, block)) * factor;
    }
  }
  return Tensor.float32([rows, columns], values);
}

function zeroPointReader({ bits, zeroPoints }: PackedMatrix, blocks: number) {
  if (!zeroPoints) return () => 2 ** (bits - 1);
  if (zeroPoints.dataType !== 'uint8') {
    const numbers = zeroPoints.toNumbers();
    return (column: number, block: number) => numbers[column * blocks + block]!;
  }
  const bytes = zeroPoints.bytes();
  const bytesPerColumn = Math.ceil((blocks * bits) / 8);
  return (column: number, block: number) => integerAt(bytes, column * bytesPerColumn, block, bits);
}

function integerAt(bytes: Uint8Array, from: number, position: number, bits: number): number {
  const bit = position * bits;
  return (bytes[from + (bit >> 3)]! >> (bit & 7)) & (2 ** bits - 1);
}
