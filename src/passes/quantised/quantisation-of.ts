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

const integerTypes = ['uint8', 'int8', 'uint16', 'int16'] as const satisfies readonly DataType[];

/** The integers that a QuantizeLinear makes: those of its zero point, or those that it names, or uint8. */
export function quantisedType(of: Node, { zeroPoint }: Quantisation): DataType {
  const named = intAttribute(of, 'output_dtype', 0);
  return zeroPoint?.dataType ?? integerTypes.find((type) => onnxDataType(type) === named) ?? 'uint8';
}
