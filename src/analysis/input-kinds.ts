import type { Graph, ValueInfo } from '../graph/graph.ts';
import { intAttribute, type Node } from '../graph/node.ts';

/**
 * What an input stands for, as far as the operators that read it tell. `numbers`: pixels, features. `counts`: whole numbers that the
 * network calculates with, such as bytes of a picture. `indices`: rows of a table, such as tokens, below its length. `mask`: 0 or 1,
 * such as what is padding.
 */
export type InputKind =
  | { readonly kind: 'numbers' | 'counts' | 'mask' }
  | { readonly kind: 'indices'; readonly below: number };

/** Operators that hand their first input on as it is, element by element. */
const handingOn = new Set([
  'Identity',
  'Cast',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Expand',
  'Slice',
  'Split',
  'Tile',
  'Dropout',
  'OpenTimeAxis',
]);

/** Operators that choose by truth values, with the input that holds them. */
const choosing: Readonly<Record<string, readonly number[]>> = {
  Where: [0],
  Not: [0],
  And: [0, 1],
  Or: [0, 1],
  Equal: [0, 1],
  If: [0],
  Compress: [1],
};

/** Operators that read places from an input, with the table and its axis. */
const indexing: Readonly<Record<string, { readonly indices: number; axis(of: Node): number }>> = {
  Gather: { indices: 1, axis: (of) => intAttribute(of, 'axis', 0) },
  GatherElements: { indices: 1, axis: (of) => intAttribute(of, 'axis', 0) },
  GatherND: { indices: 1, axis: () => 0 },
};

/** What an input of a graph stands for. */
export function inputKind(graph: Graph, { name, dataType }: ValueInfo): InputKind {
  const readers = readersOf(graph, name);
  const lengths = readers.flatMap((reader) => tableLength(graph, reader) ?? []);
  if (lengths.length > 0) return { kind: 'indices', below: Math.max(1, Math.min(...lengths)) };
  if (
    dataType === 'bool' ||
    readers.some(({ node, position }) => choosing[node.opType]?.includes(position))
  ) {
    return { kind: 'mask' };
  }
  if (dataType === undefined || dataType.includes('float')) return { kind: 'numbers' };
  // Whole numbers of 8 or 16 bits are samples of pictures and sounds; wider ones that are no indices, masks as exporters give them.
  return { kind: dataType.endsWith('8') || dataType.endsWith('16') ? 'counts' : 'mask' };
}

interface Reader {
  readonly node: Node;
  readonly position: number;
}

/** What reads a value, or the same numbers behind operators that hand them on. */
function readersOf(graph: Graph, value: string): Reader[] {
  const found: Reader[] = [];
  const same = new Set([value]);
  // The set grows while it is gone through.
  for (const name of same) {
    for (const node of graph.consumersOf(name)) {
      for (const [position, read] of node.inputs.entries()) if (read === name) found.push({ node, position });
      if (node.inputs[0] === name && handingOn.has(node.opType))
        for (const output of node.outputs) same.add(output);
    }
  }
  return found;
}

/** Length of the table that a reader takes rows from; 2 where it is not known. */
function tableLength(graph: Graph, { node, position }: Reader): number | undefined {
  if (node.opType === 'OneHot' && position === 0)
    return graph.initializers.get(node.inputs[1]!)?.toNumber() ?? 2;
  const rule = node.domain === '' ? indexing[node.opType] : undefined;
  if (position !== rule?.indices) return undefined;
  return shapeOfTable(graph, node.inputs[0]!)?.at(rule.axis(node)) ?? 2;
}

/** Shape of a weight, also behind a cast. */
function shapeOfTable(graph: Graph, value: string): readonly number[] | undefined {
  const own = graph.initializers.get(value)?.shape;
  if (own) return own;
  const producer = graph.producerOf(value);
  const constant = producer?.attributes.get('value');
  if (producer?.opType === 'Constant' && constant?.kind === 'tensor') return constant.value.shape;
  return producer?.opType === 'Cast' || producer?.opType === 'Identity'
    ? shapeOfTable(graph, producer.inputs[0]!)
    : undefined;
}
