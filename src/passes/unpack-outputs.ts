import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { node } from '../graph/node.ts';
import type { ValueInfo } from '../graph/value-info.ts';
import { sequenceElements } from './sequence-elements.ts';

/**
 * Gives the tensors of outputs that are sequences or dictionaries: a sequence of one tensor becomes that tensor under its name, one of
 * several `name.0`, `name.1`…; a dictionary of classes and scores (ZipMap, as exporters of classical learners write it) the scores [N, classes].
 */
export const unpackOutputs = definePass({
  name: 'unpack-outputs',
  summary: 'Outputs that are sequences of tensors, or dictionaries of scores, become these tensors.',
  rewrites: 'input',
  apply({ graph, opset }) {
    const packed = graph.outputs.flatMap((output) => {
      const tensors = tensorsIn(graph, opset, output.name);
      return tensors ? [{ output, tensors }] : [];
    });
    for (const { output, tensors } of packed) unpack(graph, output, tensors);
    if (packed.length > 0) graph.removeDeadNodes();
    return packed.length;
  },
});

function tensorsIn(graph: Graph, opset: number, output: string): readonly string[] | undefined {
  const producer = graph.producerOf(output);
  if (producer?.opType === 'ZipMap' && producer.domain === 'ai.onnx.ml') return [producer.inputs[0]!];
  // An Identity may also pass on a tensor, which has no elements.
  const elements = sequenceElements(graph, opset, output);
  return elements?.length === 0 ? undefined : elements;
}

function unpack(graph: Graph, { name }: ValueInfo, tensors: readonly string[]): void {
  const producer = graph.producerOf(name)!;
  const isRead = graph.consumersOf(name).length > 0;
  const kept = isRead ? graph.freshName(`${name}.packed`) : undefined;
  if (kept) graph.redirectConsumers(name, kept);
  const names = tensors.map((_, i) => (tensors.length === 1 ? name : graph.freshName(`${name}.${i}`)));
  graph.setOutputs(
    graph.outputs.flatMap((info) =>
      info.name === name
        ? names.map((each) => ({ name: each, dataType: undefined, shape: undefined }))
        : [info],
    ),
  );
  if (kept) graph.update(producer, { outputs: [kept] });
  else graph.removeNode(producer);
  for (const [i, tensor] of tensors.entries()) {
    graph.append(
      node('Identity', [tensor], [names[i]!], {}, { name: graph.freshName(`${names[i]}.tensor`) }),
    );
  }
}
