import { constantTensor } from '../analysis/constant-tensor.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { intAttribute, type Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import { dequantisedTensor } from './quantised/dequantised-tensor.ts';
import { unpackMatrix } from './quantised/packed-matrix.ts';
import { quantisationOf } from './quantised/quantisation-of.ts';

/** Writes weights that are kept in integers as the float32 numbers that they stand for. */
export const dequantiseWeights = definePass({
  name: 'dequantise-weights',
  summary: 'DequantizeLinear of constants, MatMulNBits and DynamicQuantizeMatMul become float32 weights.',
  rewrites: 'input',
  apply({ graph }) {
    const changes = graph.nodes.filter((each) =>
      rules[`${each.domain}.${each.opType}`]?.(graph, each),
    ).length;
    if (changes > 0) graph.removeDeadNodes();
    return changes;
  },
});

/** Change a node, and return whether they could. */
const rules: Readonly<Record<string, (graph: Graph, of: Node) => boolean>> = {
  '.DequantizeLinear': foldDequantised,
  'com.microsoft.DequantizeLinear': foldDequantised,
  'com.microsoft.MatMulNBits': unpack,
  'com.microsoft.DynamicQuantizeMatMul': multiplyFloats,
};

function foldDequantised(graph: Graph, of: Node): boolean {
  const quantised = constantTensor(graph, of.inputs[0]!);
  const by = quantisationOf(graph, of);
  if (!quantised || !by) return false;
  become(graph, of, dequantisedTensor(quantised, by));
  return true;
}

/** Puts a constant in the place of a node with one output. */
function become(graph: Graph, of: Node, tensor: Tensor): void {
  const [output] = of.outputs as [string];
  if (graph.isOutput(output)) {
    graph.update(of, {
      opType: 'Constant',
      domain: '',
      inputs: [],
      attributes: new Map([['value', { kind: 'tensor', value: tensor }]]),
    });
    return;
  }
  graph.removeNode(of);
  graph.setInitializer(output, tensor);
}

function unpack(graph: Graph, of: Node): boolean {
  const [input, b, s, z, g, bias] = of.inputs;
  const constant = (name: string | undefined) => (name ? constantTensor(graph, name) : undefined);
  const [integers, scales, zeroPoints, groups] = [b, s, z, g].map(constant);
  if (!integers || !scales || (z && !zeroPoints) || (g && !groups)) return false;
  const matrix = unpackMatrix({
    rows: intAttribute(of, 'K'),
    columns: intAttribute(of, 'N'),
    bits: intAttribute(of, 'bits', 4),
    blockSize: intAttribute(of, 'block_size'),
    integers,
    scales,
    zeroPoints,
    groups,
  });
  multiplyInstead(graph, of, input!, matrix, bias);
  return true;
}

/** What is quantised anew for each input is taken as it is. */
function multiplyFloats(graph: Graph, of: Node): boolean {
  const [input, b, s, z, bias] = of.inputs;
  const constant = (name: string | undefined) => (name ? constantTensor(graph, name) : undefined);
  const [quantised, scale, zeroPoint] = [b, s, z].map(constant);
  if (!quantised || !scale || (z && !zeroPoint)) return false;
  const matrix = dequantisedTensor(quantised, { scale, zeroPoint, axis: 1, blockSize: 0 });
  multiplyInstead(graph, of, input!, matrix, bias);
  return true;
}

function multiplyInstead(
  graph: Graph,
  of: Node,
  input: string,
  matrix: Tensor,
  bias: string | undefined,
): void {
  const build = new GraphBuilder(graph, `${of.name}.`, { behind: of });
  const inputs = [input, build.constant('weight', matrix)];
  const change = { opType: 'MatMul', domain: '', inputs, attributes: new Map() };
  if (!bias) {
    graph.update(of, change);
    return;
  }
  const product = graph.freshName(`${of.name}.product`);
  const [output] = of.outputs as [string];
  graph.update(of, { ...change, outputs: [product] });
  const sum = build.op('Add', [product, bias]);
  graph.update(graph.producerOf(sum)!, { outputs: [output] });
}
