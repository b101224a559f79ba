import { intAttribute, type Node } from '../graph/node.ts';

/** Axis of the output channels in a weight; `undefined` where there is no such axis, or it is not known. */
export function outputAxis(of: Node, position: number, rank: number): number | undefined {
  switch (of.opType) {
    case 'Conv':
      return 0;
    case 'ConvTranspose':
      return 1;
    case 'Gemm':
      return position === 1 ? 1 - intAttribute(of, 'transB', 0) : intAttribute(of, 'transA', 0);
    case 'MatMul':
      if (rank < 2) return undefined;
      return position === 1 ? rank - 1 : rank - 2;
    default:
      return undefined;
  }
}
