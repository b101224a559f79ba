import { constantTensor } from '../../analysis/constant-tensor.ts';
import type { DataType } from '../../graph/data-type.ts';
import { onnxDataType } from '../../graph/data-type.ts';
import type { Graph } from '../../graph/graph.ts';
import { intAttribute, type Node } from '../../graph/node.ts';
import type { Quantisation } from './dequantised-tensor.ts';

/** Scale and zero point of a QuantizeLinear or DequantizeLinear; `undefined` if they are not constant. */
export function quantisationOf(graph: Graph, of: Node): Quantisation | undefined {
  const scale = constantTensor(graph, of.inputs[1]!);
  const zeroPoint = of.inputs[2] ? constantTensor(graph, of.inputs[2]) : undefined;
  if (!scale || (of.inputs[2] && !zeroPoint)) return undefined;
  return {
    scale,
    zeroPoint,
    axis: intAttribute(of, 'axis', 1),
    blockSize: intAttribute(of, 'block_size', 0),
  };
}

/** What numbers a QuantizeLinear can make. */
export interface IntegerType {
  readonly bits: number;
  readonly signed: boolean;
}

/** By the numbers that ONNX gives to element types. Those of 2 and 4 bits are read as bytes, and named by the node alone. */
const namedTypes: ReadonlyMap<number, IntegerType> = new Map([
  ...(['uint8', 'int8', 'uint16', 'int16'] as const).map(
    (type) => [onnxDataType(type), integerType(type)] as const,
  ),
  ...([21, 25] as const).map((number, i) => [number, { bits: [4, 2][i]!, signed: false }] as const),
  ...([22, 26] as const).map((number, i) => [number, { bits: [4, 2][i]!, signed: true }] as const),
]);

/** The integers that a QuantizeLinear makes: those that it names, or those of its zero point, or uint8. */
export function quantisedType(of: Node, { zeroPoint }: Pick<Quantisation, 'zeroPoint'>): IntegerType {
  return namedTypes.get(intAttribute(of, 'output_dtype', 0)) ?? integerType(zeroPoint?.dataType ?? 'uint8');
}

function integerType(type: DataType): IntegerType {
  return { bits: type.endsWith('16') ? 16 : 8, signed: !type.startsWith('u') };
}

/** The smallest and the largest integer of a type. */
export function integerRange({ bits, signed }: IntegerType): [number, number] {
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}
