import { Graph, type Node } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { cloneNode, valuesReadBy } from '../../graph/operation.ts';
import type { RowVariant } from './row-variants.ts';

/**
 * A model of one variant of a node alone, with the constants it reads.
 *
 * @param lifted the model with what comes before the node; it is not changed
 * @param given values that the trial is fed with
 */
export function trialModel(
  lifted: Model,
  of: Node,
  variant: RowVariant,
  given: ReadonlyMap<string, unknown>,
): Model {
  const graph = new Graph(`${of.name}, tried`);
  takeConstants(lifted.graph, graph, of, given);
  variant(new GraphBuilder(graph, 'rows.'));
  const outputs = of.outputs.filter((name) => name);
  graph.setOutputs(outputs.map((name) => ({ name, dataType: undefined, shape: undefined })));
  return lifted.withGraph(graph);
}

/** Copies what a node reads beside the given values, and what that is made from. */
function takeConstants(from: Graph, into: Graph, of: Node, given: ReadonlyMap<string, unknown>): void {
  const taken = new Set<Node>();
  const takeFor = (reader: Node) => {
    for (const name of valuesReadBy(reader)) {
      if (given.has(name)) continue;
      const tensor = from.initializers.get(name);
      if (tensor) into.setInitializer(name, tensor);
      const producer = from.producerOf(name);
      if (!producer || taken.has(producer)) continue;
      taken.add(producer);
      takeFor(producer);
      into.append(cloneNode(producer));
    }
  };
  takeFor(of);
}
