import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { type Node, node } from '../graph/node.ts';
import { decompositions } from './fused/decompositions.ts';

/**
 * Writes fused operators as the standard ones that they stand for, so that the products in them are seen. What is used in a way
 * that has no such form stays.
 */
export const decomposeFused = definePass({
  name: 'decompose-fused',
  summary: 'Fused operators (Attention, MultiHeadAttention, FusedConv…) become standard ones.',
  rewrites: 'input',
  apply({ graph, opset }) {
    const fused = graph.nodes.filter((each) => decompositions.has(`${each.domain}.${each.opType}`));
    const changes = fused.filter((each) => decompose(graph, opset, each)).length;
    if (fused.length > 0) graph.removeDeadNodes();
    return changes;
  },
});

function decompose(graph: Graph, opset: number, of: Node): boolean {
  const build = new GraphBuilder(graph, `${of.name}.`, { behind: of });
  const values = decompositions.get(`${of.domain}.${of.opType}`)!(of, { build, opset });
  if (!values) return false;
  const outputs = of.outputs;
  // A value has one producer at a time.
  graph.update(of, { outputs: [] });
  for (const [i, output] of outputs.entries()) if (output) rename(graph, build, values[i]!, output);
  graph.removeNode(of);
  return true;
}

/** Gives a value that was made the name of an output. */
function rename(graph: Graph, build: GraphBuilder, value: string, output: string): void {
  const producer = graph.producerOf(value);
  if (!producer || graph.consumersOf(value).length > 0) {
    build.add(node('Identity', [value], [output], {}, { name: graph.freshName(`${output}.identity`) }));
    return;
  }
  const at = producer.outputs.indexOf(value);
  graph.update(producer, { outputs: producer.outputs.with(at, output) });
}
