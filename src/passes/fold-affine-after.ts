import { constantTensor } from '../analysis/constant-tensor.ts';
import type { Graph } from '../graph/graph.ts';
import { float, floatAttribute, intAttribute, type Node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import type { ChannelAffine } from './channel-affine.ts';

/** Output channel of each weight by operator. */
const channelOfWeight: Readonly<
  Record<string, (shape: readonly number[], of: Node) => (i: number) => number>
> = {
  Conv: (shape) => {
    const perChannel = sizeOf(shape.slice(1));
    return (i) => Math.floor(i / perChannel);
  },
  ConvTranspose: ([inputs = 1, outputs = 1, ...kernel], of) => {
    const area = sizeOf(kernel);
    const perGroup = inputs / intAttribute(of, 'group', 1);
    return (i) => {
      const input = Math.floor(i / (outputs * area));
      return Math.floor(input / perGroup) * outputs + (Math.floor(i / area) % outputs);
    };
  },
  Gemm: ([, columns = 1], of) =>
    intAttribute(of, 'transB', 0) === 1 ? (i) => Math.floor(i / columns) : (i) => i % columns,
};

/** Whether a per-channel map of an operator's output can become part of its weights. */
export function foldableBefore(graph: Graph, of: Node): boolean {
  const [, weight, bias] = of.inputs;
  if (of.domain !== '' || !channelOfWeight[of.opType] || !constantTensor(graph, weight ?? '')) return false;
  if (!bias) return true;
  const tensor = constantTensor(graph, bias);
  // Gemm also takes a matrix as its third operand, which is no bias.
  return tensor !== undefined && (tensor.size === 1 || tensor.shape.at(-1) === tensor.size);
}

/** Makes a per-channel map of an operator's output part of its weights and bias. */
export function foldAfter(graph: Graph, of: Node, affine: ChannelAffine): void {
  const weight = constantTensor(graph, of.inputs[1]!)!;
  const channelOf = channelOfWeight[of.opType]!(weight.shape, of);
  const scaled = weight.toFloat32().map((value, i) => value * affine.scale[channelOf(i)]!);
  const old = of.inputs[2] ? constantTensor(graph, of.inputs[2])!.toFloat32() : Float32Array.of(0);
  const beta = floatAttribute(of, 'beta', 1);
  const bias = affine.scale.map((_, c) => affine.mapBias(beta * (old.length === 1 ? old[0]! : old[c]!), c));
  const attributes = of.attributes.has('beta')
    ? new Map([...of.attributes, ['beta', float(1)]])
    : of.attributes;
  const names = [
    graph.addInitializer(`${of.name}.weight.folded`, Tensor.float32(weight.shape, scaled)),
    graph.addInitializer(`${of.name}.bias.folded`, Tensor.float32([bias.length], bias)),
  ];
  graph.update(of, { inputs: [of.inputs[0]!, ...names], attributes });
}
