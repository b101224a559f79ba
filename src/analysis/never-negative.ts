import type { Graph, Node } from '../graph/graph.ts';
import { constantTensor } from './constant-tensor.ts';

/** Operators whose results are never negative, whatever they read. */
const sources = new Set(['Relu', 'Sigmoid', 'HardSigmoid', 'Softmax', 'Softplus', 'Abs', 'Exp', 'Sqrt']);

/** Operators that move, choose, average or sum what they read: the sign of it stays. */
const carriers = new Set([
  ...[
    'Identity',
    'Dropout',
    'Cast',
    'Reshape',
    'Flatten',
    'Transpose',
    'Squeeze',
    'Unsqueeze',
    'Expand',
    'Tile',
  ],
  ...['Split', 'Slice', 'Gather', 'DepthToSpace', 'SpaceToDepth'],
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean', 'ReduceMax', 'ReduceSum'],
]);

/** Operators that keep it where none of their operands is negative. */
const joiners = new Set(['Add', 'Mul', 'Concat', 'Max', 'Sum', 'Mean']);

/** The values of a graph, constants aside, that can have no negative number, as far as the operators before them tell. */
export function neverNegative(graph: Graph): ReadonlySet<string> {
  const known = new Set<string>();
  const isKnown = (name: string) => known.has(name) || isPositiveConstant(graph, name);
  for (const node of graph.nodes) {
    if (!isSource(graph, node) && !carries(node, isKnown)) continue;
    for (const output of node.outputs) known.add(output);
  }
  return known;
}

function isSource(graph: Graph, { domain, opType, inputs }: Node): boolean {
  if (domain !== '') return false;
  if (opType !== 'Clip') return sources.has(opType);
  const lower = inputs[1] ? constantTensor(graph, inputs[1])?.toNumbers()[0] : undefined;
  return lower !== undefined && lower >= 0;
}

function carries({ domain, opType, inputs }: Node, isKnown: (name: string) => boolean): boolean {
  if (domain !== '') return false;
  if (carriers.has(opType)) return isKnown(inputs[0]!);
  return joiners.has(opType) && inputs.every(isKnown);
}

function isPositiveConstant(graph: Graph, name: string): boolean {
  const tensor = constantTensor(graph, name);
  return tensor !== undefined && tensor.size <= 4096 && tensor.toNumbers().every((number) => number >= 0);
}
