import type { Graph } from '../graph/graph.ts';
import { constantValue } from './constant-value.ts';

/** The tensors of a sequence that was put together from them; `undefined` if they are not known one by one. */
export function sequenceElements(graph: Graph, opset: number, sequence: string): string[] | undefined {
  const producer = graph.producerOf(sequence);
  if (producer?.domain !== '') return undefined;
  const { opType, inputs } = producer;
  if (opType === 'SequenceConstruct') return [...inputs];
  if (opType === 'SequenceEmpty') return [];
  if (opType === 'Identity') return sequenceElements(graph, opset, inputs[0]!);
  if (opType !== 'SequenceInsert') return undefined;
  const before = sequenceElements(graph, opset, inputs[0]!);
  const at = inputs[2] ? constantValue(graph, opset, inputs[2])?.data[0] : before?.length;
  return at === undefined ? undefined : before?.toSpliced(at, 0, inputs[1]!);
}
