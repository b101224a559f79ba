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

/** Whether a value can have no negative number, as far as the operators before it tell. */
export function neverNegative(graph: Graph, value: string): boolean {
  const known = new Map<string, boolean>();
  const ask = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const producer = graph.producerOf(name);
    const answer = producer
      ? isSource(graph, producer) || carries(producer, ask)
      : isPositiveConstant(graph, name);
    known.set(name, answer);
    return answer;
  };
  return ask(value);
}

function isSource(graph: Graph, { domain, opType, inputs }: Node): boolean {
  if (domain !== '') return false;
  if (opType !== 'Clip') return sources.has(opType);
  const lower = inputs[1] ? constantTensor(graph, inputs[1])?.toNumbers()[0] : undefined;
  return lower !== undefined && lower >= 0;
}

function carries({ domain, opType, inputs }: Node, ask: (name: string) => boolean): boolean {
  if (domain !== '') return false;
  if (carriers.has(opType)) return ask(inputs[0]!);
  return joiners.has(opType) && inputs.every(ask);
}

function isPositiveConstant(graph: Graph, name: string): boolean {
  const tensor = constantTensor(graph, name);
  return tensor !== undefined && tensor.size <= 4096 && tensor.toNumbers().every((number) => number >= 0);
}
