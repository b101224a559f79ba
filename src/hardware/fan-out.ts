import { intAttribute, intsAttribute, type Node, stringAttribute } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';

/** Shapes that the synapses of an operator follow from, each with the batch in front. */
export interface SynapseShapes {
  readonly operand: readonly number[];
  readonly weight: readonly number[];
  readonly output: readonly number[];
}

/**
 * Synapses of every element of an operand of one sample: how many products of the operator it is in. At the borders of a convolution
 * there are fewer. Operators whose weights are used evenly have the mean.
 *
 * @param macs multiply-accumulations of the operator for one sample
 */
export function fanOut(of: Node, shapes: SynapseShapes, macs: number): Float64Array {
  const size = sizeOf(shapes.operand.slice(1));
  if (of.opType !== 'Conv') return new Float64Array(size).fill(macs / size);
  const [channels = 1, ...lengths] = shapes.operand.slice(1);
  const group = intAttribute(of, 'group', 1);
  const outputs = (shapes.weight[0] ?? 1) / group;
  const along = lengths.map((_, axis) => useAlong(of, shapes, axis));
  const area = sizeOf(lengths);
  const found = new Float64Array(channels * area);
  for (let i = 0; i < found.length; i++) {
    let [rest, uses] = [i % area, outputs];
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      const length = lengths[axis] ?? 1;
      uses *= along[axis]?.[rest % length] ?? 0;
      rest = Math.floor(rest / length);
    }
    found[i] = uses;
  }
  return found;
}

/** How many pairs of a kernel's position and an output's there are for each input position on an axis. */
function useAlong(of: Node, { operand, weight, output }: SynapseShapes, axis: number): number[] {
  const [length, kernel, outputs] = [operand, weight, output].map((shape) => shape[axis + 2] ?? 1) as [
    number,
    number,
    number,
  ];
  const stride = intsAttribute(of, 'strides', [])[axis] ?? 1;
  const dilation = intsAttribute(of, 'dilations', [])[axis] ?? 1;
  const padding = paddingBefore(
    of,
    axis,
    Math.max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - length, 0),
  );
  const uses = new Array<number>(length).fill(0);
  for (let o = 0; o < outputs; o++) {
    for (let k = 0; k < kernel; k++) {
      const i = o * stride + k * dilation - padding;
      if (i >= 0 && i < length) uses[i] = (uses[i] ?? 0) + 1;
    }
  }
  return uses;
}

/** @param needed padding of the axis on both sides together, where the operator works that out itself */
function paddingBefore(of: Node, axis: number, needed: number): number {
  const automatic = stringAttribute(of, 'auto_pad', 'NOTSET');
  if (automatic === 'SAME_UPPER') return Math.floor(needed / 2);
  if (automatic === 'SAME_LOWER') return Math.ceil(needed / 2);
  return intsAttribute(of, 'pads', [])[axis] ?? 0;
}
