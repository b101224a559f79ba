import type { Graph } from '../graph/graph.ts';
import { describeNode, type Node } from '../graph/node.ts';

/** Operators whose outputs are as long as the numbers in their inputs say. */
const counting = new Set(['NonMaxSuppression', 'NonZero', 'Unique', 'Compress']);
/** What makes sequences and dictionaries, which no rewrite has unpacked. */
const packing = new Set([
  'Optional',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceErase',
  'SequenceInsert',
  'SequenceMap',
  'SplitToSequence',
  'ZipMap',
]);

/** Outputs that no image has a fixed number of, or that are no tensors: one line each, with what to do. */
export function outputObstacles(graph: Graph): string[] {
  return [...packedOutputs(graph), ...countedOutputs(graph)];
}

function packedOutputs(graph: Graph): string[] {
  return graph.outputs.flatMap(({ name }) => {
    const producer = graph.producerOf(name);
    if (!producer || !packing.has(producer.opType)) return [];
    return [
      `output '${name}': expected a tensor, got what ${describeNode(producer)} packs. Export the model with the tensors themselves as outputs.`,
    ];
  });
}

function countedOutputs(graph: Graph): string[] {
  if (!graph.nodes.some(({ opType }) => counting.has(opType))) return [];
  const data = valuesFrom(
    graph,
    graph.inputs.map(({ name }) => name),
    ({ opType }) => opType !== 'Shape' && opType !== 'Size',
  );
  const counts = graph.nodes.filter(
    ({ opType, inputs }) => counting.has(opType) && inputs.some((each) => data.has(each)),
  );
  return counts.flatMap((each) => {
    const behind = valuesFrom(graph, each.outputs, (reader, value) => !fixesLength(reader, value));
    const reached = graph.outputs.find(({ name }) => behind.has(name));
    if (!reached) return [];
    const inputs = each.inputs.filter((name) => data.has(name));
    return [
      `${describeNode(each)}: how long output '${reached.name}' is depends on the image. Cut the network before this operator, with what it reads (${inputs.join(', ')}) as outputs.`,
    ];
  });
}

/** Whether what an operator gives is as long whatever the length of this input. */
function fixesLength({ opType, inputs }: Node, value: string): boolean {
  if (opType.startsWith('Reduce') || opType.startsWith('Arg') || opType === 'Shape' || opType === 'Size')
    return true;
  return opType.startsWith('Scatter') && inputs[0] !== value;
}

/** The values that are made of others, through the operators that let them pass. */
function valuesFrom(
  graph: Graph,
  from: readonly string[],
  passes: (reader: Node, value: string) => boolean,
): ReadonlySet<string> {
  const found = new Set(from.filter(Boolean));
  const open = [...found];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const reader of graph.consumersOf(value)) {
      if (!passes(reader, value)) continue;
      for (const output of reader.outputs) {
        if (!output || found.has(output)) continue;
        found.add(output);
        open.push(output);
      }
    }
  }
  return found;
}
