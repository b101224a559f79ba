import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Node, node } from '../../graph/node.ts';
import type { Decomposition } from './define-decomposition.ts';

/** Puts the operators that a node stands for in its place. @returns whether there are such operators */
export function decomposeNode(graph: Graph, opset: number, of: Node, decomposition: Decomposition): boolean {
  const build = new GraphBuilder(graph, `${of.name}.`, { behind: of });
  const values = decomposition(of, { build, opset });
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
